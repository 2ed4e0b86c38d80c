# ruff: noqa: E501 — messages stand as they are printed
"""What readers paste into search, and the error page that must come first: None without one."""

ALEMBIC = "alembic-missing-greenlet"
OPERATION = "another-operation-is-in-progress"
TIMEOUT = "canceling-statement-due-to-statement-timeout"
CLOSED = "connection-was-closed-in-the-middle-of-operation"
SERIALIZE = "could-not-serialize-access-due-to-concurrent-update"
ABORTED = "current-transaction-is-aborted"
HTTPX = "httpx-pool-timeout"
NOT_RETURNED = "non-checked-in-connection"
PREPARED = "prepared-statement-already-exists"
REDIS_CLOSED = "redis-connection-closed-by-server"
DEADLOCK = "deadlock-detected"
DETACHED = "detached-instance-error"
LOOP = "event-loop-is-closed"
GREENLET = "missing-greenlet"
PENDING = "pending-rollback-error"
POOL_CLASS = "pool-class-queuepool-cannot-be-used-with-asyncio-engine"
ARGUMENTS = "query-arguments-32767"
DEF_ENDPOINTS = "queuepool-limit-in-def-endpoints"
QUEUE_POOL = "queuepool-limit-reached-connection-timed-out"
REFUSED = "redis-error-111-connection-refused"
REDIS_FULL = "redis-max-connections-error"
CONFLICT = "no-unique-or-exclusion-constraint-matching-the-on-conflict-specification"
INT_RANGE = "value-out-of-int32-range"
PARAMETER = "could-not-determine-data-type-of-parameter"
INPUT = "invalid-input-for-query-argument"
NAIVE = "cannot-subtract-offset-naive-and-offset-aware-datetimes"
NUL = "invalid-byte-sequence-for-encoding-utf8-0x00"
CLIENTS = "sorry-too-many-clients-already"
PROVISIONING = "this-session-is-provisioning-a-new-connection"
UNIQUE = "unique-must-be-invoked"
CONCURRENTLY = "create-index-concurrently-cannot-run-inside-a-transaction-block"
IMMUTABLE = "functions-in-index-expression-must-be-marked-immutable"
DUPLICATES = "could-not-create-unique-index"
CACHED_PLAN = "cached-statement-plan-is-invalid"
OPERATOR = "operator-does-not-exist"
NOT_VALID = "index-is-not-valid"
CORS = "blocked-by-cors-policy"
FIELD = "invalid-args-for-response-field"
RESPONSE = "response-validation-error"
OBJECT = "input-should-be-a-valid-dictionary-or-object"
MULTIPART = "form-data-requires-python-multipart"
SETTINGS = "basesettings-has-been-moved-to-pydantic-settings"
NOT_JSON = "object-of-type-datetime-is-not-json-serializable"
NAN = "out-of-range-float-values-are-not-json-compliant"
NOT_AWAITED = "response-not-awaited"
BCRYPT = "password-cannot-be-longer-than-72-bytes"
SEGMENTS = "jwt-not-enough-segments"
EXPIRED = "jwt-signature-has-expired"
SUBJECT = "jwt-subject-must-be-a-string"
AUDIENCE = "jwt-invalid-audience"
CLAIM = "jwt-token-is-missing-the-exp-claim"
ALGORITHMS = "jwt-algorithms-argument"
BEGUN = "a-transaction-is-already-begun-on-this-session"
ATTACHED = "object-is-already-attached-to-session"
TEXTUAL = "not-an-executable-object"
YIELDS = "generator-didnt-stop"
NO_LOOP = "there-is-no-current-event-loop-in-thread"
DESTROYED = "task-was-destroyed-but-it-is-pending"
RETRIEVED = "task-exception-was-never-retrieved"
NO_RESPONSE = "no-response-returned"
TIMESERIES = "duplicated-timeseries-in-collectorregistry"
COROUTINE = "coroutine-was-never-awaited"
WRONGTYPE = "redis-wrongtype"
NOGROUP = "redis-nogroup"
BUSYGROUP = "redis-busygroup"
PAYLOAD = "payload-string-too-long"
LOCK = "could-not-obtain-lock-on-row"
CANCELED = "canceled-error"
CROSSSLOT = "redis-crossslot"
READONLY = "redis-readonly"
OOM = "redis-oom-command-not-allowed"
MISCONF = "redis-misconf"
SERVER_CLOSED = "server-closed-the-connection-unexpectedly"
BOOT = "gunicorn-worker-failed-to-boot"
LOADING = "error-loading-asgi-app"
IN_USE = "errno-98-address-already-in-use"
SCOPE = "scopemismatch-function-scoped-runner"
ASYNC_TEST = "async-def-functions-are-not-natively-supported"
HTTPX2 = "testclient-install-httpx2"
CLIENT_APP = "asyncclient-unexpected-keyword-argument-app"

QUEUE_POOL_TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/.venv/lib/python3.12/site-packages/uvicorn/protocols/http/h11_impl.py", line 407
    result = await app(self.scope, self.receive, self.send)
  File "/srv/app/orders.py", line 41, in read_orders
    return await session.scalars(select(Order))
  File "/srv/app/.venv/lib/python3.12/site-packages/sqlalchemy/pool/impl.py", line 166, in _do_get
    raise exc.TimeoutError(
sqlalchemy.exc.TimeoutError: QueuePool limit of size 20 overflow 0 reached, connection timed out, timeout 5.00 (Background on this error at: https://sqlalche.me/e/20/3o7r)
"""
CHAINED_TRACEBACK = """Traceback (most recent call last):
  File "asyncpg/protocol/protocol.pyx", line 165, in prepare
asyncpg.exceptions.DeadlockDetectedError: deadlock detected
DETAIL:  Process 71 waits for ShareLock on transaction 911; blocked by process 72.

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/stock.py", line 12, in reserve
    await session.commit()
sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush. To begin a new transaction with this Session, first issue Session.rollback(). Original exception was: deadlock detected (Background on this error at: https://sqlalche.me/e/20/7s2a)
"""
RESPONSE_TRACEBACK = """fastapi.exceptions.ResponseValidationError: 1 validation errors:
  {'type': 'get_attribute_error', 'loc': ('response', 'team'), 'msg': "Error extracting attribute: DetachedInstanceError: Parent instance <Hero at 0x7f9d2f7f1750> is not bound to a Session; lazy load operation of attribute 'team' cannot proceed (Background on this error at: https://sqlalche.me/e/20/bhk3)", 'input': Hero(id=1)}
"""
PYTEST_LINES = """E   sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call
E   await_only() here. Was IO attempted in an unexpected place?
"""
LOOP_TRACEBACK = """  File "asyncpg/protocol/protocol.pyx", line 374, in query
RuntimeError: Task <Task pending name='Task-5' coro=<test_echo() running at test_echo.py:14> cb=[_run_until_complete_cb() at /usr/lib/python3.12/asyncio/base_events.py:181]> got Future <Future pending cb=[Protocol._on_waiter_completed()]> attached to a different loop
"""
ALEMBIC_TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/.venv/bin/alembic", line 8, in <module>
    sys.exit(main())
  File "/srv/app/.venv/lib/python3.12/site-packages/alembic/config.py", line 1047, in main
    CommandLine(prog=prog).main(argv=argv)
  File "/srv/app/.venv/lib/python3.12/site-packages/alembic/command.py", line 483, in upgrade
    script.run_env()
  File "/srv/app/migrations/env.py", line 77, in <module>
    run_migrations_online()
  File "/srv/app/migrations/env.py", line 66, in run_migrations_online
    with connectable.connect() as connection:
  File "/srv/app/.venv/lib/python3.12/site-packages/sqlalchemy/engine/base.py", line 3277, in connect
    return self._connection_cls(self)
  File "/srv/app/.venv/lib/python3.12/site-packages/sqlalchemy/pool/base.py", line 449, in connect
    return _ConnectionFairy._checkout(self)
  File "/srv/app/.venv/lib/python3.12/site-packages/sqlalchemy/util/concurrency.py", line 142, in await_
    raise exc.MissingGreenlet(
sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_() here. Was IO attempted in an unexpected place? (Background on this error at: https://sqlalche.me/e/21/xd2s)
"""
STARTUP_TRACEBACK = """  File "/srv/app/main.py", line 21, in lifespan
    command.upgrade(config, "head")
  File "/srv/app/.venv/lib/python3.12/site-packages/alembic/command.py", line 483, in upgrade
    script.run_env()
  File "/srv/app/alembic/env.py", line 89, in run_migrations_online
    asyncio.run(run_async_migrations())
  File "/usr/lib/python3.12/asyncio/runners.py", line 190, in run
    raise RuntimeError(
RuntimeError: asyncio.run() cannot be called from a running event loop
sys:1: RuntimeWarning: coroutine 'run_async_migrations' was never awaited
"""
COLLECTED_LINES = """ERROR:sqlalchemy.pool.impl.AsyncAdaptedQueuePool:The garbage collector is trying to clean up non-checked-in connection <AdaptedConnection <asyncpg.connection.Connection object at 0x7faab061d5e0>>, which will be terminated.  Please ensure that SQLAlchemy pooled connections are returned to the pool explicitly, either by calling ``close()`` or by using appropriate context managers to manage their lifecycle.
/srv/app/.venv/lib/python3.13/site-packages/sqlakeyset/paging.py:329: SAWarning: The garbage collector is trying to clean up non-checked-in connection <AdaptedConnection <asyncpg.connection.Connection object at 0x7faab061d5e0>>, which will be terminated.  Please ensure that SQLAlchemy pooled connections are returned to the pool explicitly
"""
DUPLICATE_LINES = """asyncpg.exceptions.DuplicatePreparedStatementError: prepared statement "__asyncpg_stmt_1__" already exists
HINT:
NOTE: pgbouncer with pool_mode set to "transaction" or
"statement" does not support prepared statements properly.
You have two options:
"""
INPUT_TRACEBACK = """Traceback (most recent call last):
  File "asyncpg/protocol/prepared_stmt.pyx", line 175, in asyncpg.protocol.protocol.PreparedStatementState._encode_bind_msg
  File "asyncpg/protocol/codecs/base.pyx", line 227, in asyncpg.protocol.protocol.Codec.encode
  File "asyncpg/pgproto/./codecs/int.pyx", line 54, in asyncpg.pgproto.pgproto.int4_encode
TypeError: 'str' object cannot be interpreted as an integer

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/torrents.py", line 88, in save
    await connection.execute(UPSERT, *row)
  File "asyncpg/protocol/prepared_stmt.pyx", line 204, in asyncpg.protocol.protocol.PreparedStatementState._encode_bind_msg
    raise exceptions.DataError(
asyncpg.exceptions.DataError: invalid input for query argument $7: '117' ('str' object cannot be interpreted as an integer)
"""
RANGE_TRACEBACK = (
    INPUT_TRACEBACK.replace("'117'", "880194977773281290")
    .replace("'str' object cannot be interpreted as an integer", "value out of int32 range")
    .replace("TypeError", "OverflowError")
)
NAIVE_TRACEBACK = (
    INPUT_TRACEBACK.replace("'117'", "datetime.datetime(2026, 1, 2, 13, 0, tzi...")
    .replace(
        "'str' object cannot be interpreted as an integer",
        "can't subtract offset-naive and offset-aware datetimes",
    )
    .replace("int4_encode", "timestamp_encode")
)
NAIVE_WRAPPED = """sqlalchemy.exc.DBAPIError: (sqlalchemy.dialects.postgresql.asyncpg.Error) <class 'asyncpg.exceptions.DataError'>: invalid input for query argument $5: datetime.datetime(2026, 2, 9, 3, 16, 48,... (can't subtract offset-naive and offset-aware datetimes)
[SQL: INSERT INTO sessions (id, create_time, update_time) VALUES ($1::VARCHAR, $2::TIMESTAMP WITHOUT TIME ZONE, $3::TIMESTAMP WITHOUT TIME ZONE)]
[parameters: ('a', datetime.datetime(2026, 2, 9, 3, 16, 48, 817695, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 2, 9, 3, 16, 48, 817695, tzinfo=datetime.timezone.utc))]
(Background on this error at: https://sqlalche.me/e/20/dbapi)
"""
NUL_TRACEBACK = """Traceback (most recent call last):
  File "asyncpg/protocol/protocol.pyx", line 206, in bind_execute
asyncpg.exceptions.CharacterNotInRepertoireError: invalid byte sequence for encoding "UTF8": 0x00

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/notes.py", line 31, in save
    await session.commit()
sqlalchemy.exc.DBAPIError: (sqlalchemy.dialects.postgresql.asyncpg.Error) invalid byte sequence for encoding "UTF8": 0x00
[SQL: INSERT INTO notes (body) VALUES ($1::VARCHAR)]
[parameters: ('Ada\\x00',)]
(Background on this error at: https://sqlalche.me/e/21/dbapi)
"""
BCRYPT_TRACEBACK = """(trapped) error reading bcrypt version
Traceback (most recent call last):
  File "/srv/app/.venv/lib/python3.12/site-packages/passlib/handlers/bcrypt.py", line 620, in _load_backend_mixin
    version = _bcrypt.__about__.__version__
              ^^^^^^^^^^^^^^^^^
AttributeError: module 'bcrypt' has no attribute '__about__'
Traceback (most recent call last):
  File "/srv/app/security.py", line 14, in get_password_hash
    return pwd_context.hash(password)
  File "/srv/app/.venv/lib/python3.12/site-packages/passlib/handlers/bcrypt.py", line 655, in _calc_checksum
    hash = _bcrypt.hashpw(secret, config)
ValueError: password cannot be longer than 72 bytes, truncate manually if necessary (e.g. my_password[:72])
"""
SEGMENTS_TRACEBACK = """  File "/srv/app/.venv/lib/python3.12/site-packages/jwt/api_jws.py", line 269, in _load
    signing_input, crypto_segment = jwt.rsplit(b".", 1)
ValueError: not enough values to unpack (expected 2, got 1)

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/auth.py", line 63, in verify_token
    payload = jwt.decode(token, KEY, algorithms=["HS256"])
jwt.exceptions.DecodeError: Not enough segments
"""
TEXTUAL_TRACEBACK = """  File "/srv/app/.venv/lib/python3.12/site-packages/sqlalchemy/engine/base.py", line 1410, in execute
    meth = statement._execute_on_connection
AttributeError: 'str' object has no attribute '_execute_on_connection'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/health.py", line 9, in ready
    await connection.execute("select 1")
sqlalchemy.exc.ObjectNotExecutableError: Not an executable object: 'select 1'
"""
NO_LOOP_TRACEBACK = """  File "/srv/app/main.py", line 12, in place_order
    loop = asyncio.get_event_loop()
  File "/usr/lib/python3.12/asyncio/events.py", line 702, in get_event_loop
    raise RuntimeError('There is no current event loop in thread %r.'
RuntimeError: There is no current event loop in thread 'AnyIO worker thread'.
"""
DESTROYED_LINES = """ERROR    2026-07-21 00:26:57,347    asyncio  Task was destroyed but it is pending!
task: <Task pending name='Task-7' coro=<wait_first() running at /srv/app/logic.py:91> wait_for=<Future pending cb=[Task.task_wakeup()]>>
"""
RETRIEVED_LINES = """Task exception was never retrieved
future: <Task finished name='Task-2' coro=<Worker.listen_stream() done, defined at /srv/app/worker.py:520> exception=LookupError(<ContextVar name='_task_context' at 0x7f1de176dd00>)>
Traceback (most recent call last):
  File "/srv/app/worker.py", line 531, in listen_stream
    context = self.context.get()
LookupError: <ContextVar name='_task_context' at 0x7f1de176dd00>
"""
NO_RESPONSE_TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/.venv/lib/python3.10/site-packages/anyio/streams/memory.py", line 89, in receive_nowait
    raise WouldBlock
anyio.WouldBlock

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/.venv/lib/python3.10/site-packages/starlette/middleware/base.py", line 41, in call_next
    message = await recv_stream.receive()
  File "/srv/app/.venv/lib/python3.10/site-packages/anyio/streams/memory.py", line 114, in receive
    raise EndOfStream
anyio.EndOfStream

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/.venv/lib/python3.10/site-packages/starlette/middleware/base.py", line 45, in call_next
    raise RuntimeError("No response returned.")
RuntimeError: No response returned.
"""
TIMESERIES_TRACEBACK = """  File "/srv/app/exporter.py", line 40, in __init__
    self.aws_daily_cost_usd = Gauge(self.metric_name, "Daily cost of an AWS account in USD", self.labels)
  File "/srv/app/.venv/lib/python3.12/site-packages/prometheus_client/registry.py", line 43, in register
    raise ValueError(
ValueError: Duplicated timeseries in CollectorRegistry: {'aws_daily_cost_by_service_by_account'}
"""
COROUTINE_LINES = """/srv/app/.venv/lib/python3.10/site-packages/apscheduler/executors/base.py:71: RuntimeWarning: coroutine 'ping_server' was never awaited
  retval = job.func(*job.args, **job.kwargs)
RuntimeWarning: Enable tracemalloc to get the object allocation traceback
"""
CANCELED_TRACEBACK = """ERROR:    Traceback (most recent call last):
  File "/srv/app/.venv/lib/python3.10/site-packages/starlette/routing.py", line 686, in lifespan
    await receive()
  File "/srv/app/.venv/lib/python3.10/site-packages/uvicorn/lifespan/on.py", line 137, in receive
    return await self.receive_queue.get()
  File "/usr/lib/python3.10/asyncio/queues.py", line 159, in get
    await getter
asyncio.exceptions.CancelledError
"""
INTERRUPT_TRACEBACK = """Traceback (most recent call last):
  File "/usr/lib/python3.12/asyncio/base_events.py", line 684, in run_until_complete
    return future.result()
asyncio.exceptions.CancelledError

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 29, in <module>
    asyncio.run(server.serve())
  File "/usr/lib/python3.12/asyncio/runners.py", line 123, in run
    raise KeyboardInterrupt()
KeyboardInterrupt
"""
UNKNOWN_TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/pool.py", line 8, in connection
    return pools[name]
KeyError: 'reporting'
"""

PASTED: tuple[tuple[str, str | None], ...] = (
    (QUEUE_POOL_TRACEBACK, QUEUE_POOL),
    (CHAINED_TRACEBACK, PENDING),
    (RESPONSE_TRACEBACK, DETACHED),
    (PYTEST_LINES, GREENLET),
    (LOOP_TRACEBACK, LOOP),
    (UNKNOWN_TRACEBACK, None),
    (ALEMBIC_TRACEBACK, ALEMBIC),
    (ALEMBIC_TRACEBACK.replace("\n", " "), ALEMBIC),
    (STARTUP_TRACEBACK, ALEMBIC),
    ("alembic upgrade head MissingGreenlet", ALEMBIC),
    ("alembic greenlet_spawn has not been called", ALEMBIC),
    ("sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The loaded 'psycopg2' is not async.",
     ALEMBIC),
    ("RuntimeWarning: coroutine 'run_async_migrations' was never awaited", ALEMBIC),
    # Without its caller, or with it behind, a message belongs to no caller's page.
    ("asyncio.run() cannot be called from a running event loop", None),
    ("AttributeError: 'NoneType' object has no attribute 'configure'", None),
    ("sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_() here\nINFO [alembic.runtime.migration] Will assume transactional DDL.",
     GREENLET),
    (STARTUP_TRACEBACK.partition("RuntimeError")[0] + "AttributeError: 'NoneType' object has no attribute 'configure'",
     ALEMBIC),
    (COLLECTED_LINES, NOT_RETURNED),
    ("The garbage collector is trying to clean up non-checked-in connection <AdaptedConnection <psycopg.AsyncConnection [INTRANS] (host=127.0.0.1 port=5432 user=app database=app) at 0x7fcd>>, which will be dropped, as it cannot be safely terminated.",
     NOT_RETURNED),
    ("garbage collector is trying to clean up non-checked-in connection", NOT_RETURNED),
    (DUPLICATE_LINES, PREPARED),
    ('asyncpg.exceptions.InvalidSQLStatementNameError: prepared statement "__asyncpg_stmt_e__" does not exist',
     PREPARED),
    ('(sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) <class \'asyncpg.exceptions.DuplicatePreparedStatementError\'>: prepared statement "__asyncpg_stmt_3__" already exists',
     PREPARED),
    ('psycopg.errors.DuplicatePreparedStatement: prepared statement "_pg3_0" already exists', PREPARED),
    ('psycopg.errors.InvalidSqlStatementName: prepared statement "_pg3_1" does not exist', PREPARED),
    ('bind message supplies 0 parameters, but prepared statement "__asyncpg_stmt_6__" requires 1', PREPARED),
    (QUEUE_POOL_TRACEBACK.replace("\n", " "), QUEUE_POOL),
    # One line, as a log has it.
    ("QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30", QUEUE_POOL),
    ("QueuePool limit of size 50 overflow 100 reached", QUEUE_POOL),
    ("queuepool limit of size", QUEUE_POOL),
    ("TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
     QUEUE_POOL),
    ("asyncpg.exceptions._base.InterfaceError: cannot perform operation: another operation is in progress",
     OPERATION),
    ("another operation is in progress", OPERATION),
    ("(sqlalchemy.dialects.postgresql.asyncpg.InterfaceError) <class 'asyncpg.exceptions._base.InterfaceError'>: cannot perform operation: another operation is in progress [SQL: SELECT 1] (Background on this error at: https://sqlalche.me/e/20/rvf5)",
     OPERATION),
    ("asyncpg.exceptions.QueryCanceledError: canceling statement due to statement timeout", TIMEOUT),
    ("ERROR:  canceling statement due to statement timeout", TIMEOUT),
    ("psycopg.errors.QueryCanceled: canceling statement due to statement timeout", TIMEOUT),
    ("canceling statement due to user request", None),
    ("asyncpg.exceptions.ConnectionDoesNotExistError: connection was closed in the middle of operation",
     CLOSED),
    ("ConnectionDoesNotExistError", CLOSED),
    ("<class 'asyncpg.exceptions._base.InterfaceError'>: connection is closed", CLOSED),
    ("connection was closed in the middle of operation: terminating connection due to administrator command",
     CLOSED),
    ("ERROR: could not serialize access due to concurrent update", SERIALIZE),
    ("asyncpg.exceptions.SerializationError: could not serialize access due to read/write dependencies among transactions",
     SERIALIZE),
    ("deadlock detected", DEADLOCK),
    ("psycopg2.errors.DeadlockDetected: deadlock detected\nDETAIL: Process 1 waits", DEADLOCK),
    ("asyncpg DeadlockDetectedError", DEADLOCK),
    ("sqlalchemy.orm.exc.DetachedInstanceError: Instance <User at 0x10a2> is not bound to a Session; attribute refresh operation cannot proceed",
     DETACHED),
    ("DetachedInstanceError", DETACHED),
    ("Parent instance <Order at 0x7f> is not bound to a Session", DETACHED),
    ("https://sqlalche.me/e/20/bhk3", DETACHED),
    ("RuntimeError: Event loop is closed", LOOP),
    ("event loop is closed pytest", LOOP),
    ("got Future <Future pending> attached to a different loop", LOOP),
    ("RuntimeError: <asyncio.locks.Lock object at 0x7f [unlocked]> is bound to a different event loop", LOOP),
    ("MissingGreenlet", GREENLET),
    ("sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here. Was IO attempted in an unexpected place? (Background on this error at: https://sqlalche.me/e/20/xd2s)",
     GREENLET),
    ("greenlet_spawn has not been called; can\u2019t call await_() here", GREENLET),
    ("(Background on this error at: https://sqlalche.me/e/14/xd2s)", GREENLET),
    ("xd2s", GREENLET),
    ("3o7r", QUEUE_POOL),
    ("sqlalchemy error isce", PROVISIONING),
    ("(Background on this error at: https://sqlalche.me/e/20/8s2b)", PENDING),
    ("(Background on this error at: https://sqlalche.me/e/20/e3q8)", None),
    ("PendingRollbackError", PENDING),
    ("This Session's transaction has been rolled back due to a previous exception during flush. To begin a new transaction with this Session, first issue Session.rollback().",
     PENDING),
    ("Can't reconnect until invalid transaction is rolled back.  Please rollback() fully before proceeding",
     PENDING),
    ("sqlalchemy.exc.ArgumentError: Pool class QueuePool cannot be used with asyncio engine", POOL_CLASS),
    ("Pool class StaticPool cannot be used with asyncio engine", POOL_CLASS),
    ("the number of query arguments cannot exceed 32767", ARGUMENTS),
    ("asyncpg.exceptions._base.InterfaceError: the number of query arguments cannot exceed 32767", ARGUMENTS),
    ("redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.", REFUSED),
    ("Error 61 connecting to 127.0.0.1:6379. Connect call failed ('127.0.0.1', 6379).", REFUSED),
    (
        "redis.exceptions.ConnectionError: Error Multiple exceptions: [Errno 111] Connect call failed"
        " ('::1', 6379, 0, 0), [Errno 111] Connect call failed ('127.0.0.1', 6379) connecting to"
        " localhost:6379.",
        REFUSED,
    ),
    ("redis.exceptions.MaxConnectionsError: Too many connections", REDIS_FULL),
    ("redis.exceptions.ConnectionError: Too many connections", REDIS_FULL),
    ("ConnectionError: No connection available.", REDIS_FULL),
    ("asyncpg.exceptions.TooManyConnectionsError: sorry, too many clients already", CLIENTS),
    ('connection to server at "127.0.0.1", port 5432 failed: FATAL:  sorry, too many clients already', CLIENTS),
    ("FATAL: remaining connection slots are reserved for non-replication superuser connections", CLIENTS),
    ("FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute", CLIENTS),
    ('FATAL: too many connections for role "app"', CLIENTS),
    ("sqlstate 53300", CLIENTS),
    ("too many clients", CLIENTS),
    ("sqlalchemy.exc.InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted",
     PROVISIONING),
    ("IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
     PROVISIONING),
    ("The unique() method must be invoked on this Result, as it contains results that include joined eager loads",
     UNIQUE),
    ("httpx.PoolTimeout", HTTPX),
    ("The above exception was the direct cause of the following exception:\n\nhttpx.PoolTimeout\n", HTTPX),
    ("PoolTimeout('')", HTTPX),
    ("redis.exceptions.ConnectionError: Connection closed by server.", REDIS_CLOSED),
    ("Connection closed by server", REDIS_CLOSED),
    ("asyncpg.exceptions.InFailedSQLTransactionError: current transaction is aborted, commands ignored until end of transaction block",
     ABORTED),
    ("psycopg2.errors.InFailedSqlTransaction", ABORTED),
    ("QueuePool limit of size 5 overflow 10 reached, from FastAPI endpoints with def", DEF_ENDPOINTS),
    ("asyncpg.exceptions.ActiveSQLTransactionError: CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
     CONCURRENTLY),
    ("ERROR:  DROP INDEX CONCURRENTLY cannot run inside a transaction block", CONCURRENTLY),
    ("ERROR: functions in index expression must be marked IMMUTABLE", IMMUTABLE),
    ("asyncpg.exceptions.InvalidObjectDefinitionError: functions in index predicate must be marked IMMUTABLE",
     IMMUTABLE),
    ('asyncpg.exceptions.UniqueViolationError: could not create unique index "users_email_key"\nDETAIL:  Key (email)=(a@b.c) is duplicated.',
     DUPLICATES),
    ("asyncpg.exceptions.InvalidCachedStatementError: cached statement plan is invalid due to a database schema or configuration change",
     CACHED_PLAN),
    ("psycopg.errors.FeatureNotSupported: cached plan must not change result type", CACHED_PLAN),
    ("(sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) <class 'asyncpg.exceptions.UndefinedFunctionError'>: operator does not exist: jsonb = character varying\nHINT:  No operator matches the given name and argument types. You might need to add explicit type casts.",
     OPERATOR),
    ("operator does not exist: uuid = character varying", OPERATOR),
    ("operator does not exist: text = integer", OPERATOR),
    ('ERROR:  index "users_email" is not valid', NOT_VALID),
    ("sqlalchemy.exc.ProgrammingError: (sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) <class 'asyncpg.exceptions.InvalidColumnReferenceError'>: there is no unique or exclusion constraint matching the ON CONFLICT specification",
     CONFLICT),
    ("asyncpg.exceptions.IndeterminateDatatypeError: could not determine data type of parameter $1", PARAMETER),
    ("psycopg.errors.AmbiguousParameter: could not determine data type of parameter $2", PARAMETER),
    ("(sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) <class 'asyncpg.exceptions.AmbiguousParameterError'>: could not determine data type of parameter $1",
     PARAMETER),
    ("42P18", PARAMETER),
    ("asyncpg.exceptions.AmbiguousParameterError: inconsistent types deduced for parameter $1\nDETAIL:  integer versus bigint", PARAMETER),
    ("psycopg.errors.NumericValueOutOfRange: numeric field overflow", INT_RANGE),
    ("asyncpg.exceptions.DataError: invalid input for query argument $1 in element #1 of executemany() sequence: '2' ('str' object cannot be interpreted as an integer)", INPUT),
    ("asyncpg.exceptions.DataError: invalid input for query argument $5: array([ 0.01184103, -0.01023413,  0.0018... (expected str, got ndarray)", INPUT),
    ("asyncpg.exceptions.InvalidColumnReferenceError: there is no unique or exclusion constraint matching the ON CONFLICT specification",
     CONFLICT),
    ("ERROR:  there is no unique or exclusion constraint matching the ON CONFLICT specification", CONFLICT),
    ("asyncpg.exceptions.DataError: invalid input for query argument $1: 3000000000 (value out of int32 range)", INT_RANGE),
    ("(sqlalchemy.dialects.postgresql.asyncpg.Error) <class 'asyncpg.exceptions.DataError'>: invalid input for query argument $2: 4294967296 (value out of int32 range)",
     INT_RANGE),
    ("psycopg.errors.NumericValueOutOfRange: integer out of range", INT_RANGE),
    (RANGE_TRACEBACK, INT_RANGE),
    ("invalid input for query argument $1: [3000000000] (value out of int32 range)", INT_RANGE),
    (INPUT_TRACEBACK, INPUT),
    (INPUT_TRACEBACK.replace("\n", " "), INPUT),
    ("asyncpg.exceptions.DataError: invalid input for query argument $1: 5 (expected str, got int)", INPUT),
    ("TypeError: expected str, got dict", INPUT),
    ("(sqlalchemy.dialects.postgresql.asyncpg.Error) invalid input for query argument $1: {'plan': 'pro'} ('dict' object has no attribute 'encode')\n[SQL: INSERT INTO people (doc) VALUES ($1)]\n[parameters: ({'plan': 'pro'},)]\n(Background on this error at: https://sqlalche.me/e/21/dbapi)",
     INPUT),
    ("sqlalchemy.exc.DBAPIError: (sqlalchemy.dialects.postgresql.asyncpg.Error) <class 'asyncpg.exceptions.DataError'>: invalid input for query argument $1: '2026-01-02' ('str' object has no attribute 'toordinal')",
     INPUT),
    ("a sized iterable container expected (got type 'str')", INPUT),
    ("invalid input for query argument $3: ['1'] (invalid array element at index 0: 'str' object cannot be interpreted as an integer)",
     INPUT),
    (NAIVE_TRACEBACK, NAIVE),
    (NAIVE_WRAPPED, NAIVE),
    ("TypeError: can't subtract offset-naive and offset-aware datetimes", NAIVE),
    ("TypeError: can\u2019t compare offset-naive and offset-aware datetimes", NAIVE),
    ("offset-naive and offset-aware datetimes", NAIVE),
    (NUL_TRACEBACK, NUL),
    ('ERROR:  invalid byte sequence for encoding "UTF8": 0x00', NUL),
    ('psycopg2.errors.CharacterNotInRepertoire: invalid byte sequence for encoding "UTF8": 0xe9 0x74', NUL),
    ("asyncpg.exceptions.UntranslatableCharacterError: unsupported Unicode escape sequence\nDETAIL:  \\u0000 cannot be converted to text.",
     NUL),
    ("\\u0000 cannot be converted to text", NUL),
    ("psycopg.DataError: PostgreSQL text fields cannot contain NUL (0x00) bytes", NUL),
    ("ValueError: A string literal cannot contain NUL (0x00) characters.", NUL),
    ("(sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) there is no unique or exclusion constraint matching the ON CONFLICT specification\n[SQL: INSERT INTO places (name) VALUES ($1::VARCHAR) ON CONFLICT (name) WHERE kind = $2::VARCHAR DO NOTHING]",
     CONFLICT),
    ("Access to fetch at 'http://localhost:8000/orders' from origin 'http://localhost:3000' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
     CORS),
    ("Access to XMLHttpRequest at 'https://api.example.com/orders' from origin 'https://example.com' has been blocked by CORS policy: Response to preflight request doesn't pass access control check: It does not have HTTP ok status.",
     CORS),
    ("blocked by CORS policy: The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
     CORS),
    ("Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.example.com/orders. (Reason: CORS header \u2018Access-Control-Allow-Origin\u2019 missing). Status code: 500.",
     CORS),
    ("Disallowed CORS origin", CORS),
    ("fastapi.exceptions.FastAPIError: Invalid args for response field! Hint: check that <class 'sqlalchemy.ext.asyncio.session.AsyncSession'> is a valid Pydantic field type. If you are using a return type annotation that is not a valid Pydantic field (e.g. Union[Response, dict, None]) you can disable generating the response model from the type annotation with the path operation decorator parameter response_model=None. Read more: https://fastapi.tiangolo.com/tutorial/response-model/",
     FIELD),
    ("FastAPIError: Invalid args for response field! Hint: check that {type_} is a valid Pydantic field type.", FIELD),
    ("Invalid args for response field! Hint: check that <built-in function any> is a valid pydantic field type", FIELD),
    ("check that starlette.responses.FileResponse | dict is a valid Pydantic field type", FIELD),
    ('{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":"{\\"number\\": \\"A-1\\"}"}]}',
     OBJECT),
    ("Input should be a valid dictionary or object to extract fields from", OBJECT),
    ("422 model_attributes_type", OBJECT),
    ('{"type":"model_attributes_type","loc":["body","order"],"msg":"Input should be a valid dictionary or object to extract fields from"}', OBJECT),
    ("pydantic_core._pydantic_core.ValidationError: 1 validation error for Order\n  Input should be a valid dictionary or instance of Order [type=model_type, input_value='{}', input_type=str]",
     OBJECT),
    ("fastapi.exceptions.ResponseValidationError: 1 validation error:\n  {'type': 'model_attributes_type', 'loc': ('response',), 'msg': 'Input should be a valid dictionary or object to extract fields from', 'input': None}\n\n  File \"/srv/app/orders.py\", line 12, in read_order\n    GET /orders/{number}",
     RESPONSE),
    ("fastapi.exceptions.ResponseValidationError: 1 validation errors:\n  {'type': 'model_attributes_type', 'loc': ('response', 0), 'msg': 'Input should be a valid dictionary or object to extract fields from', 'input': None}",
     RESPONSE),
    ("ResponseValidationError: 2 validation errors:\n  {'type': 'missing', 'loc': ('response', 'note'), 'msg': 'Field required', 'input': {'number': 'A-1'}}",
     RESPONSE),
    ("fastapi ResponseValidationError", RESPONSE),
    ('Form data requires "python-multipart" to be installed. \nYou can install "python-multipart" with: \n\npip install python-multipart\n',
     MULTIPART),
    ('RuntimeError: Form data requires "python-multipart" to be installed.', MULTIPART),
    ('Form data requires "python-multipart" to be installed. It seems you installed "multipart" instead.', MULTIPART),
    ("AssertionError: The `python-multipart` library must be installed to use form parsing.", MULTIPART),
    ("pydantic.errors.PydanticImportError: `BaseSettings` has been moved to the `pydantic-settings` package. See https://docs.pydantic.dev/2.11/migration/#basesettings-has-moved-to-pydantic-settings for more details.\n\nFor further information visit https://errors.pydantic.dev/2.11/u/import-error",
     SETTINGS),
    ("PydanticImportError", SETTINGS),
    ("pydantic.errors.PydanticImportError: `pydantic:ConstrainedStr` has been removed in V2.", SETTINGS),
    ("pydantic.errors.PydanticUserError: `regex` is removed. use `pattern` instead", SETTINGS),
    ("pydantic.errors.PydanticUserError: If you use `@root_validator` with pre=False (the default) you MUST specify `skip_on_failure=True`. Note that `@root_validator` is deprecated and should be replaced with `@model_validator`.",
     SETTINGS),
    ("UserWarning: Valid config keys have changed in V2:\n* 'orm_mode' has been renamed to 'from_attributes'", SETTINGS),
    ("TypeError: Object of type datetime is not JSON serializable", NOT_JSON),
    ("Object of type UUID is not JSON serializable", NOT_JSON),
    ("TypeError: Object of type float32 is not JSON serializable", NOT_JSON),
    ("TypeError: Object of type Order is not JSON serializable\nwhen serializing dict item 'detail'", NOT_JSON),
    ("sqlalchemy.exc.StatementError: (builtins.TypeError) Object of type Decimal is not JSON serializable\n[SQL: INSERT INTO orders (doc) VALUES ($1::JSON)]\n[parameters: [{'doc': {'total': Decimal('1.10')}}]]",
     NOT_JSON),
    ("ValueError: Out of range float values are not JSON compliant", NAN),
    ("ValueError: Out of range float values are not JSON compliant: nan\nwhen serializing dict item 'mean'", NAN),
    ("Out of range float values are not JSON compliant: -inf", NAN),
    ("fastapi.exceptions.FastAPIError: Response not awaited. There's a high chance that the application code is raising an exception and a dependency with yield has a block with a bare except, or a block with except Exception, and is not raising the exception again. Read more about it in the docs: https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/#dependencies-with-yield-and-except",
     NOT_AWAITED),
    ("FastAPIError: Response not awaited.", NOT_AWAITED),
    ("UnboundLocalError: cannot access local variable 'response' where it is not associated with a value", NOT_AWAITED),
    ("UnboundLocalError: local variable 'response' referenced before assignment", NOT_AWAITED),
    (BCRYPT_TRACEBACK, BCRYPT),
    ("ValueError: password cannot be longer than 72 bytes, truncate manually if necessary (e.g. my_password[:72])", BCRYPT),
    ("AttributeError: module 'bcrypt' has no attribute '__about__'", BCRYPT),
    ("passlib.handlers.bcrypt - WARNING - (trapped) error reading bcrypt version", BCRYPT),
    (SEGMENTS_TRACEBACK, SEGMENTS),
    ("jose.exceptions.JWTError: Not enough segments", SEGMENTS),
    ("jwt.exceptions.DecodeError: Invalid header padding", SEGMENTS),
    ("jose.exceptions.JWSError: Invalid header string: 'utf-8' codec can't decode byte 0xc7 in position 1: invalid continuation byte", SEGMENTS),
    ("jose.exceptions.JWTClaimsError: Invalid audience", AUDIENCE),
    ("jwt.exceptions.InvalidJTIError: JWT ID must be a string", SUBJECT),
    ("RuntimeError: There is no current event loop in thread 'ScriptRunner.scriptThread'.", NO_LOOP),
    ("Invalid token type. Token must be a <class 'bytes'>", SEGMENTS),
    ("jwt.exceptions.ExpiredSignatureError: Signature has expired", EXPIRED),
    ("jose.exceptions.ExpiredSignatureError: Signature has expired.", EXPIRED),
    ("ImmatureSignatureError: The token is not yet valid (iat)", EXPIRED),
    ("jwt.exceptions.InvalidSubjectError: Subject must be a string", SUBJECT),
    ('{"msg": "Subject must be a string"}', SUBJECT),
    ("jwt.exceptions.InvalidAudienceError: Invalid audience", AUDIENCE),
    ("jwt.exceptions.InvalidAudienceError: Audience doesn\u2019t match", AUDIENCE),
    ('jwt.exceptions.MissingRequiredClaimError: Token is missing the "aud" claim', AUDIENCE),
    ('jwt.exceptions.MissingRequiredClaimError: Token is missing the "exp" claim', CLAIM),
    ('Token is missing the "tenant" claim', CLAIM),
    ('jwt.exceptions.DecodeError: It is required that you pass in a value for the "algorithms" argument when calling decode().',
     ALGORITHMS),
    ("sqlalchemy.exc.InvalidRequestError: A transaction is already begun on this Session.", BEGUN),
    ("a transaction is already begun on this session", BEGUN),
    ("sqlalchemy.exc.InvalidRequestError: Can't operate on closed transaction inside context manager.  Please complete the context manager before emitting further commands.",
     BEGUN),
    ("InvalidRequestError: This connection has already initialized a SQLAlchemy Transaction() object via begin() or autobegin; can't call begin() here unless rollback() or commit() is called first.",
     BEGUN),
    ("sqlalchemy.exc.InvalidRequestError: Object '<User at 0x7f7c5ba98ac8>' is already attached to session '3' (this is '2')",
     ATTACHED),
    ("sqlalchemy.exc.InvalidRequestError: Instance '<User at 0x7f7c>' is not persistent within this Session", ATTACHED),
    (TEXTUAL_TRACEBACK, TEXTUAL),
    ("sqlalchemy.exc.ArgumentError: Textual SQL expression 'SELECT 1' should be explicitly declared as text('SELECT 1')",
     TEXTUAL),
    ("AttributeError: 'str' object has no attribute '_execute_on_connection'", TEXTUAL),
    ("sqlalchemy.exc.ArgumentError: Executable SQL or text() construct expected, got <class 'app.models.Order'>.", TEXTUAL),
    ("RuntimeError: generator didn't stop", YIELDS),
    ("RuntimeError: generator didn\u2019t stop after athrow()", YIELDS),
    ("generator didn't stop after throw()", YIELDS),
    ("RuntimeError: generator didn't yield", YIELDS),
    (NO_LOOP_TRACEBACK, NO_LOOP),
    ("RuntimeError: There is no current event loop in thread 'MainThread'.", NO_LOOP),
    ("RuntimeError: no running event loop", NO_LOOP),
    (DESTROYED_LINES, DESTROYED),
    ("Task was destroyed but it is pending!", DESTROYED),
    ("Task was destroyed but it is pending!\ntask: <Task pending name='Task-29' coro=<<async_generator_athrow without __name__>()>>", DESTROYED),
    ("RuntimeWarning: coroutine method 'aclose' of 'read_orders.<locals>.rows' was never awaited", DESTROYED),
    ("Error doing job: Task was destroyed but it is pending!", DESTROYED),
    (RETRIEVED_LINES, RETRIEVED),
    ("Task exception was never retrieved", RETRIEVED),
    ("Future exception was never retrieved", RETRIEVED),
    ("_GatheringFuture exception was never retrieved\nfuture: <_GatheringFuture finished exception=ValueError('x')>", RETRIEVED),
    ("Task exception was never retrieved\nfuture: <Task finished name='Task-2' coro=<Server.serve() done> exception=SystemExit(3)>", RETRIEVED),
    (NO_RESPONSE_TRACEBACK, NO_RESPONSE),
    ("RuntimeError: No response returned.", NO_RESPONSE),
    ("anyio.EndOfStream", NO_RESPONSE),
    ("anyio.WouldBlock", NO_RESPONSE),
    ("ERROR:    ASGI callable returned without starting response.", NO_RESPONSE),
    (TIMESERIES_TRACEBACK, TIMESERIES),
    ("Duplicated timeseries in CollectorRegistry: {'predict_created', 'predict_total'}", TIMESERIES),
    ("duplicated timeseries in collectorregistry", TIMESERIES),
    ("prometheus_client.registry.DuplicateTimeseries: Duplicated timeseries in CollectorRegistry: {'orders', 'orders_total', 'orders_created'}", TIMESERIES),
    (COROUTINE_LINES, COROUTINE),
    ("RuntimeWarning: coroutine 'fetch' was never awaited", COROUTINE),
    ("RuntimeWarning: coroutine 'AsyncMockMixin._execute_mock_call' was never awaited", COROUTINE),
    ("TypeError: 'coroutine' object is not callable", COROUTINE),
    ("TypeError: the first argument must be callable", COROUTINE),
    ("pydantic_core._pydantic_core.PydanticSerializationError: Unable to serialize unknown type: <class 'coroutine'>", COROUTINE),
    ("AttributeError: 'coroutine' object has no attribute 'scalars'", COROUTINE),
    ("ValueError: [TypeError(\"'coroutine' object is not iterable\"), TypeError('vars() argument must have __dict__ attribute')]", COROUTINE),
    ("TypeError: object of type 'coroutine' has no len()", COROUTINE),
    ("TypeError: 'coroutine' object does not support the asynchronous context manager protocol", COROUTINE),
    ("TypeError: 'async for' requires an object with __aiter__ method, got coroutine", COROUTINE),
    ("TypeError: cannot unpack non-iterable coroutine object", COROUTINE),
    ("DeprecationWarning: It is deprecated to return a value that is not None from a test case (<bound method T.test_a of <test_u.T testMethod=test_a>>)", COROUTINE),
    ("TypeError: a coroutine was expected, got <function main at 0x7f63ff50df80>", COROUTINE),
    ("TypeError: Object of type coroutine is not JSON serializable", NOT_JSON),
    ("redis.exceptions.ResponseError: WRONGTYPE Operation against a key holding the wrong kind of value", WRONGTYPE),
    ("redis.exceptions.ResponseError: Command # 1 (ZRANGE jobs:requests 0 0) of pipeline caused error: WRONGTYPE Operation against a key holding the wrong kind of value",
     WRONGTYPE),
    ("redis.exceptions.ResponseError: NOGROUP No such key 'stream.orders' or consumer group 'g1' in XREADGROUP with GROUP option", NOGROUP),
    ("NOGROUP No such key 'test_topic' or consumer group 'test_group'", NOGROUP),
    ("redis.exceptions.ResponseError: NOGROUP No such consumer group 'billing' for key name 'orders'", NOGROUP),
    ("redis.exceptions.ResponseError: UNBLOCKED the stream key no longer exists", NOGROUP),
    ("(error) NOGROUP the consumer group this client was blocked on no longer exists", NOGROUP),
    ("redis.exceptions.ResponseError: Command # 2 (XGROUP CREATE orders billing 0 MKSTREAM) of pipeline caused error: ('BUSYGROUP Consumer Group name already exists',)",
     BUSYGROUP),
    ("redis.exceptions.ResponseError: WRONGTYPE Key is not a valid HyperLogLog string value.", WRONGTYPE),
    ("redis.exceptions.ResponseError: WRONGTYPE Operation against a key holding the wrong kind of value script: 620cd258c2c9c88c9d10db67812ccf663d96bdc6, on @user_script:1.",
     WRONGTYPE),
    ("redis.exceptions.ResponseError: BUSYGROUP Consumer Group name already exists", BUSYGROUP),
    ("asyncpg.exceptions.InvalidParameterValueError: payload string too long", PAYLOAD),
    ("InvalidParameterValue: payload string too long\nCONTEXT:  SQL statement \"SELECT pg_notify('channels_postgres_messages', payload)\"", PAYLOAD),
    ("sqlalchemy.exc.DBAPIError: (sqlalchemy.dialects.postgresql.asyncpg.Error) <class 'asyncpg.exceptions.InvalidParameterValueError'>: payload string too long\n[SQL: SELECT pg_notify('orders', $1)]\n(Background on this error at: https://sqlalche.me/e/21/dbapi)",
     PAYLOAD),
    ('django.db.utils.OperationalError: could not obtain lock on row in relation "seat"', LOCK),
    ('ERROR:  canceling statement due to lock timeout\nCONTEXT:  while locking tuple (0,1) in relation "seat"', LOCK),
    ('asyncpg.exceptions.LockNotAvailableError: could not obtain lock on row in relation "seat"', LOCK),
    ('psycopg.errors.LockNotAvailable: could not obtain lock on relation "orders"', LOCK),
    ("asyncpg.exceptions.LockNotAvailableError: canceling statement due to lock timeout", LOCK),
    ("canceling statement due to lock timeout", LOCK),
    (CANCELED_TRACEBACK, CANCELED),
    ("asyncio.exceptions.CancelledError", CANCELED),
    ("asyncio.exceptions.CancelledError: Cancelled via cancel scope 7f6d09f59bc0; reason: deadline exceeded", CANCELED),
    ("concurrent.futures._base.CancelledError", CANCELED),
    (INTERRUPT_TRACEBACK, CANCELED),
    ("ERROR:    Cancel 1 running task(s), timeout graceful shutdown exceeded", CANCELED),
    ("TypeError: AsyncClient.__init__() got an unexpected keyword argument 'app'", CLIENT_APP),
    ("E       TypeError: Client.__init__() got an unexpected keyword argument 'app'\n\n.venv/lib/python3.12/site-packages/starlette/testclient.py:402: TypeError", CLIENT_APP),
    ("TypeError: __init__() got an unexpected keyword argument 'app'", CLIENT_APP),
    ("DeprecationWarning: The 'app' shortcut is now deprecated. Use the explicit style 'transport=ASGITransport(app=...)' instead.", CLIENT_APP),
    ("TypeError: AsyncClient.__init__() got an unexpected keyword argument 'proxies'", None),
    (".venv/lib/python3.12/site-packages/fastapi/testclient.py:1: StarletteDeprecationWarning: Using `httpx` with `starlette.testclient` is deprecated; install `httpx2` instead.\n    from starlette.testclient import TestClient as TestClient  # noqa", HTTPX2),
    ("starlette.exceptions.StarletteDeprecationWarning: Using `httpx` with `starlette.testclient` is deprecated; install `httpx2` instead.", HTTPX2),
    ("RuntimeError: The starlette.testclient module requires the httpx2 package to be installed.\nYou can install this with:\n    $ pip install httpx2", HTTPX2),
    ("RuntimeError: The starlette.testclient module requires the httpx package to be installed.", HTTPX2),
    ("ModuleNotFoundError: No module named 'httpx2'", None),
    ("async def functions are not natively supported.\nYou need to install a suitable plugin for your async framework, for example:\n  - anyio\n  - pytest-asyncio\n  - pytest-tornasync\n  - pytest-trio\n  - pytest-twisted", ASYNC_TEST),
    ("FAILED tests/test_orders.py::test_placing - Failed: async def functions are not natively supported.", ASYNC_TEST),
    ("PytestUnhandledCoroutineWarning: async def functions are not natively supported and have been skipped.", ASYNC_TEST),
    ("SKIPPED [1] tests/test_orders.py:3: async def function and no async plugin installed (see warnings)", ASYNC_TEST),
    ("PytestUnknownMarkWarning: Unknown pytest.mark.asyncio - is this a typo?  You can register custom marks to avoid this warning", ASYNC_TEST),
    ("'test_placing' requested an async fixture 'client', with no plugin or hook that handled it. This is an error, as pytest does not natively support it.", ASYNC_TEST),
    ("ScopeMismatch: You tried to access the function scoped fixture _function_scoped_runner with a session scoped request object. Requesting fixture stack:\ntest/conftest.py:24:  def real_server_details() -> Type[Tuple[str, Tuple[int, ...]]]\nRequested fixture:\n.venv/lib/python3.13/site-packages/pytest_asyncio/plugin.py:748:  def _scoped_runner(event_loop_policy) -> 'Iterator[Runner]'", SCOPE),
    ("ScopeMismatch: You tried to access the 'function' scoped fixture 'event_loop' with a 'session' scoped request object, involved factories\n.venv/lib/python3.7/site-packages/pytest_asyncio/plugin.py:136:  def wrapper(*args, **kwargs)", SCOPE),
    ("ScopeMismatch: You tried to access the module scoped fixture anyio_backend with a session scoped request object. Requesting fixture stack:", SCOPE),
    ("ERROR tests/test_orders.py::test_reading - Failed: ScopeMismatch: You tried to access the function scoped fixture tmp_path with a session scoped request object.", SCOPE),
    ("E       fixture 'event_loop' not found", SCOPE),
    ("INFO:     Application startup complete.\nERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use\nINFO:     Waiting for application shutdown.", IN_USE),
    ("ERROR:    [Errno 48] error while attempting to bind on address ('0.0.0.0', 8000): address already in use", IN_USE),
    ("ERROR:    [Errno 98] Address already in use", IN_USE),
    ("OSError: [Errno 98] Address already in use", IN_USE),
    ("[Errno 10048] error while attempting to bind on address ('127.0.0.1', 8000): only one usage of each socket address (protocol/network address/port) is normally permitted", IN_USE),
    ("[2026-11-29 09:53:06 +0000] [474] [ERROR] Connection in use: ('127.0.0.1', 8000)", IN_USE),
    ("ERROR:    [Errno 99] error while attempting to bind on address ('::1', 8000, 0, 0): cannot assign requested address", IN_USE),
    ('ERROR:    Error loading ASGI app. Could not import module "main".', LOADING),
    ('INFO:     Started reloader process [19039] using statreload\nERROR:    Error loading ASGI app. Could not import module "app.main".', LOADING),
    ('Error loading ASGI app. Attribute "app" not found in module "main".', LOADING),
    ('ERROR:    Error loading ASGI app. Import string "main" must be in format "<module>:<attribute>".', LOADING),
    ("Failed to find attribute 'app' in 'main'.", LOADING),
    ("ModuleNotFoundError: No module named 'main'", None),
    ("[2026-11-29 09:52:19 +0000] [30356] [ERROR] Worker (pid:30368) exited with code 3.\n[2026-11-29 09:52:19 +0000] [30356] [ERROR] Shutting down: Master\n[2026-11-29 09:52:19 +0000] [30356] [ERROR] Reason: Worker failed to boot.", BOOT),
    ("gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>", BOOT),
    ("raise HaltServer(reason, self.WORKER_BOOT_ERROR)\ngunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>", BOOT),
    ("[ERROR] Reason: App failed to load.", BOOT),
    ("psycopg.OperationalError: consuming input failed: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.", SERVER_CLOSED),
    ("sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n\n[SQL: SELECT 1]\n(Background on this error at: https://sqlalche.me/e/20/e3q8)", SERVER_CLOSED),
    ('psycopg.OperationalError: connection failed: connection to server at "10.0.0.4", port 5432 failed: server closed the connection unexpectedly', SERVER_CLOSED),
    ("psycopg2.OperationalError: SSL connection has been closed unexpectedly", SERVER_CLOSED),
    ("psycopg.errors.AdminShutdown: terminating connection due to administrator command", CLOSED),
    ("redis.exceptions.ResponseError: MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.", MISCONF),
    ("MISCONF Redis is configured to save RDB snapshots, but is currently not able to persist on disk. Commands that may modify the data set are disabled. Please check Redis logs for details about the error.", MISCONF),
    ("Command # 1 (LPUSH celery {}) of pipeline caused error: MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.", MISCONF),
    ("redis.exceptions.ResponseError: OOM command not allowed when used memory > 'maxmemory'.", OOM),
    ("redis.exceptions.OutOfMemoryError: command not allowed when used memory > 'maxmemory'.", OOM),
    ("kombu.exceptions.OperationalError: Command # 1 (LLEN telemetry) of pipeline caused error: command not allowed when used memory > 'maxmemory'", OOM),
    ("redis.exceptions.ReadOnlyError: You can't write against a read only replica.", READONLY),
    ("READONLY You can't write against a read only slave.", READONLY),
    ("Command # 1 (SET page text) of pipeline caused error: You can't write against a read only replica.", READONLY),
    ("redis.exceptions.ResponseError: CROSSSLOT Keys in request don't hash to the same slot", CROSSSLOT),
    ("redis.exceptions.ClusterCrossSlotError: Keys in request don't hash to the same slot", CROSSSLOT),
    ("redis.exceptions.RedisClusterException: MGET - all keys must map to the same key slot", CROSSSLOT),
    ("redis.exceptions.CrossSlotTransactionError: All keys involved in a cluster transaction must map to the same slot", CROSSSLOT),
    # Messages without a page.
    ("TypeError: 'str' object cannot be interpreted as an integer", None),
    ("AttributeError: 'dict' object has no attribute 'encode'", None),
    ('ERROR:  invalid input syntax for type integer: "abc"', None),
    ('asyncpg.exceptions.UniqueViolationError: duplicate key value violates unique constraint "users_email_key"',
     None),
    ('relation "orders" does not exist', None),
    ('psycopg.OperationalError: connection failed: FATAL: password authentication failed for user "app"', None),
    ("OSError: [Errno 24] Too many open files", None),
    ("ModuleNotFoundError: No module named 'greenlet'", None),
    ("pydantic_core._pydantic_core.ValidationError: 1 validation error for Order", None),
)  # fmt: skip

SUBJECTS = (
    "connection pool size",
    "how many connections does fastapi need",
    "pgbouncer",
    "lifespan",
    "cache stampede",
)
"""What is not a message."""

TERMS = ("gist", "trio", "collation", "listener", "gunicorn", "redlock")
"""Names of the field on no page: a letter or two from words that are."""
