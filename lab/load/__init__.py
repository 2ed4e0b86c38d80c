"""HTTP load from a process of its own, against an application in a process of its own.

An instrument that shares a process with what it measures measures itself. `serve` starts an
application under uvicorn, `generate` sends requests to it over a socket:

    with serve("snippets.pool.lifespan:create_app", {"dsn": setting.dsn}) as app:
        load = await generate(Plan(app.url, Poisson(rate=200), seconds=5))
    load.quantile_s(0.99), load.void

`load.void` is the reason why the numbers mean nothing, when the generator and not the application
was the bottleneck; an experiment hands it on.
"""

from lab.load.generator import GeneratorError as GeneratorError
from lab.load.generator import generate as generate
from lab.load.load import Load as Load
from lab.load.load import Sent as Sent
from lab.load.plan import Closed as Closed
from lab.load.plan import Fixed as Fixed
from lab.load.plan import Plan as Plan
from lab.load.plan import Poisson as Poisson
from lab.load.plan import Request as Request
from lab.load.served import DoesNotServeError as DoesNotServeError
from lab.load.served import Served as Served
from lab.load.served import serve as serve
