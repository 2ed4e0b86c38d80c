"""A shop on FastAPI, PostgreSQL and Redis: what the articles of this series come to.

Begin with `app`: it names everything else. A request goes down through `api`, `services` and
`database`; `security`, `cache` and `jobs` stand beside that way.
"""
