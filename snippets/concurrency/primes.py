"""A program that counts the primes below a number.

It imports little, because every call starts it anew. Running it without
a number counts those below 1000.
"""

import sys


# --8<-- [start:program]
def primes(below: int) -> int:
    return sum(
        all(number % divisor for divisor in range(2, number))
        for number in range(2, below)
    )


def main() -> None:
    below = sys.argv[1] if len(sys.argv) > 1 else "1000"
    print(primes(int(below)))


# --8<-- [end:program]


if __name__ == "__main__":
    main()
