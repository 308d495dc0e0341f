"""Tables that are not ours, with the shape and the dirt of public ones; the same every time."""

import datetime
import gzip
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ForeignTable:
    """A table, what somebody says when he adopts it, and what is expected of the declaration."""

    file: str
    write: Callable[[random.Random], bytes]
    label: str
    options: tuple[str, ...] = ()
    task: str = "regression"
    features: int = 0

    def put(self, folder: Path) -> Path:
        """Write the file."""
        target = folder / self.file
        target.write_bytes(self.write(random.Random(self.file)))
        return target


def _prices(source: random.Random) -> bytes:
    """Saved by a German spreadsheet: semicolons, decimal commas, CRLF, not UTF-8."""
    lines = ["Objekt-Nr;Straße;Fläche m²;Zimmer;Baujahr;Lage;Preis €"]
    for number in range(600):
        area, rooms = source.uniform(30, 200), source.randint(1, 6)
        place = source.choice(["Mitte", "Süd", "Nord"])
        price = area * 3000 * (1.5 if place == "Mitte" else 1) + source.gauss(0, 20000)
        swapped = f"{max(price, 20000):,.2f}".translate(str.maketrans(",.", ".,"))
        year = source.choice([str(source.randint(1900, 2020)), "NA"])
        values = [f"{area:.1f}".replace(".", ","), str(rooms), year, place, swapped]
        lines.append(";".join([f"A{number:05}", f"Weg {number}", *values]))
    return "\r\n".join(lines).encode("cp1252")


def _churn(source: random.Random) -> bytes:
    """Imbalanced classes, free words with commas, a byte order mark, compressed."""
    lines = ["customer_id,tenure,plan,monthly,comment,churned"]
    for number in range(2500):
        tenure, monthly = source.randint(0, 70), source.uniform(10, 100)
        angry = source.random() < 0.3
        chance = 1 / (1 + math.exp(3.5 + 0.05 * tenure - 0.02 * monthly - 3 * angry))
        words = "very unhappy with the service" if angry else "all is fine with this one"
        comment = f'"{words}, case {source.randint(1, 99)}"'
        plan = source.choice(["basic", "plus", "pro", ""])
        answer = "yes" if source.random() < chance else "no"
        lines.append(f"{number * 7 + 13:x}-c,{tenure},{plan},{monthly:.2f},{comment},{answer}")
    return gzip.compress(b"\xef\xbb\xbf" + "\n".join(lines).encode(), mtime=0)


def _books(source: random.Random) -> bytes:
    """Several classes that are told by words, with tabs between."""
    words = {
        "novel": ("love", "night", "murder", "house"),
        "science": ("physics", "theory", "cells", "maths"),
        "cooking": ("soup", "bread", "kitchen", "salt"),
    }
    lines = ["title\tkind\tpages\tpublisher"]
    for number in range(900):
        kind = source.choice([*words])
        title = f"the {source.choice(words[kind])} and the {source.choice(words[kind])} {number}"
        lines.append(f"{title}\t{kind}\t{source.randint(50, 900)}\t{source.choice('ABCDE')}")
    return ("\n".join(lines) + "\n").encode()


def _demand(source: random.Random) -> bytes:
    """Ordered by time, with question marks for what is not known."""
    lines = ["day,store,promo,weather,sold"]
    for number in range(300):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(number)
        for place, store in enumerate("ABC"):
            promo = source.random() < 0.2
            sold = 40 + 30 * promo + 15 * place + source.gauss(0, 5)
            weather = source.choice(["sun", "rain", "?"])
            lines.append(f"{day},{store},{int(promo)},{weather},{sold:.0f}")
    return ("\n".join(lines) + "\n").encode()


def _wide(source: random.Random) -> bytes:
    """300 columns, some with holes."""
    names = [f"sensor {number}" for number in range(299)]
    lines = [",".join([*names, "output"])]
    for number in range(700):
        row = [source.gauss(0, 1) for _ in names]
        output = 3 * row[0] + row[1] ** 2 + source.gauss(0, 0.3)
        texts = [f"{value:.4f}" for value in row]
        texts[5] = "" if number % 17 == 0 else texts[5]
        lines.append(",".join([*texts, f"{output:.4f}"]))
    return ("\n".join(lines) + "\n").encode()


TABLES = (
    ForeignTable("prices.csv", _prices, "Preis €", features=4),
    ForeignTable("churn.csv.gz", _churn, "churned", task="binary", features=4),
    ForeignTable("books.tsv", _books, "kind", task="multiclass", features=3),
    ForeignTable("demand.csv", _demand, "sold", ("--time", "day"), features=3),
    ForeignTable("wide.csv", _wide, "output", features=299),
)
