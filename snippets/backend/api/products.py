"""Products: lists by pages, one from the cache, and changes by staff."""

from functools import partial

from fastapi import APIRouter

from ..services import products
from ..services.products import ProductView
from ..services.refusals import Reason, RefusedError
from .context import Opened, Staff
from .pages import After, Cursors, Page
from .schemas import InPath, Limit, NewProduct, ProductChange

router = APIRouter(prefix="/products", tags=["products"])


@router.get("")
async def read_products(
    resources: Opened, limit: Limit = 20, after: After = None
) -> Page[ProductView]:
    """All products, by their numbers."""
    cursors = Cursors(resources.settings, "products by number, 1")
    position = cursors.position(after, first=0)
    work = partial(products.page, after=position, limit=limit + 1)
    return cursors.page(await resources.transactions.run(work, repeatable=True), limit)


@router.get("/{number}")
async def read_product(number: InPath, resources: Opened) -> ProductView:
    """One product, perhaps as it was half a minute ago."""
    find = partial(products.find, number=number)
    load = partial(resources.transactions.run, find, repeatable=True)
    product = await resources.products.get(number, load)
    if product is None:
        raise RefusedError(Reason.NOT_FOUND)
    return product


@router.post("", status_code=201)
async def add_product(body: NewProduct, resources: Opened, _: Staff) -> ProductView:
    """Add a product."""
    return await resources.transactions.run(partial(products.create, **body.model_dump()))


@router.patch("/{number}")
async def change_product(
    number: InPath, body: ProductChange, resources: Opened, _: Staff
) -> ProductView:
    """Change what is given, unless somebody else has changed it."""
    work = partial(products.change, number=number, version=body.version, values=body.values())
    product = await resources.transactions.run(work)
    await resources.products.put(product)  # committed; a load under way may still tell the old one
    return product
