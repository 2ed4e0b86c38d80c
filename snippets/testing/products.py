"""What the shop takes for a product, and what it tells of one."""

from pydantic import BaseModel, Field


# --8<-- [start:products]
class New(BaseModel):
    name: str = Field(min_length=1, pattern=r"^[^\x00]*$")
    stock: int = Field(ge=0, le=1_000)
    cost: int = Field(default=0, ge=0, le=1_000)
    barcode: str = Field(default="", pattern=r"^[0-9]*$")


class Product(BaseModel):
    id: int
    name: str
    stock: int
    sold: int


# --8<-- [end:products]
