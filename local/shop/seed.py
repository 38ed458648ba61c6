"""The orders that a new shop begins with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """So many of one thing, and the price of each."""

    name: str
    quantity: int
    price_cents: int


@dataclass(frozen=True, slots=True)
class SeededOrder:
    """An order before anything happened to it."""

    id: str
    customer: str
    status: str
    placed_on: str
    tracking: str | None
    items: tuple[Item, ...]

    @property
    def total_cents(self) -> int:
        """What the customer paid."""
        return sum(item.quantity * item.price_cents for item in self.items)


_TENT = Item("Tarn 2 tent", 1, 24900)
_BAG = Item("Drift 5 sleeping bag", 1, 14900)
_MAT = Item("Moss sleeping mat", 2, 4500)
_BOOTS = Item("Fell boots, size 42", 1, 15990)
_JACKET = Item("Squall rain jacket, M", 1, 12900)
_SOCKS = Item("Merino socks", 3, 1650)
_STOVE = Item("Ember 3 stove", 1, 6490)
_BOTTLE = Item("Steel bottle, 1 litre", 1, 2490)
_LAMP = Item("Glow head torch", 1, 3990)

ORDERS = (
    SeededOrder("LF-1042", "cus_ada", "delivered", "2026-09-28", "AN4420190IE", (_JACKET, _SOCKS)),
    SeededOrder("LF-1043", "cus_ada", "shipped", "2026-10-12", "AN4420377IE", (_BOTTLE, _LAMP)),
    SeededOrder("LF-1044", "cus_ada", "processing", "2026-10-19", None, (_TENT,)),
    SeededOrder("LF-1051", "cus_ben", "delivered", "2026-09-30", "DP7001882DE", (_BOOTS,)),
    SeededOrder("LF-1052", "cus_ben", "shipped", "2026-10-14", "DP7002019DE", (_STOVE,)),
    SeededOrder("LF-1053", "cus_ben", "packed", "2026-10-20", None, (_MAT, _BAG)),
    SeededOrder("LF-1060", "cus_cleo", "delivered", "2026-08-17", "AN4418852IE", (_BAG,)),
    SeededOrder("LF-1061", "cus_cleo", "processing", "2026-10-21", None, (_SOCKS,)),
    SeededOrder("LF-1070", "cus_dev", "delivered", "2026-10-02", "RM5580031GB", (_TENT, _MAT)),
    SeededOrder("LF-1071", "cus_dev", "shipped", "2026-10-15", "RM5580122GB", (_JACKET,)),
    SeededOrder("LF-1080", "cus_eva", "packed", "2026-10-20", None, (_LAMP, _BOTTLE)),
    SeededOrder("LF-1081", "cus_eva", "delivered", "2026-10-05", "AN4420254IE", (_STOVE, _SOCKS)),
)
