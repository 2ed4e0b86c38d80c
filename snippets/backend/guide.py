"""What the runner prints when the service is ready: where it is, and an order to copy and paste."""

GUIDE = """
The shop is open.
  API      http://127.0.0.1:{port}/docs
  Health   http://127.0.0.1:{port}/health/ready
  Metrics  curl -H 'Authorization: Bearer {token}' http://127.0.0.1:{port}/metrics

Sign in, order, and look what becomes of the order:

url=http://127.0.0.1:{port}
token=$(curl -s $url/tokens -H 'Content-Type: application/json' \\
  -d '{{"email": "{email}", "password": "{password}"}}' |
  sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
curl -s $url/orders -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \\
  -H "Idempotency-Key: order-$(date +%s)" -d '{{"lines": [{{"product_id": 1, "quantity": 2}}]}}'
sleep 1; curl -s "$url/orders?limit=1" -H "Authorization: Bearer $token"

Ctrl-C ends all of it.
"""
