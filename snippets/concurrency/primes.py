"""A program that counts the primes below a number.

It imports little, because every call starts it anew.
"""

import sys


def primes(below: int) -> int:
    return sum(
        all(number % divisor for divisor in range(2, number))
        for number in range(2, below)
    )


def main() -> None:
    print(primes(int(sys.argv[1])))


if __name__ == "__main__":
    main()
