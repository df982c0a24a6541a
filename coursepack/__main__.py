"""`python -m coursepack` is the `coursepack` command."""

from coursepack.cli import main

if __name__ == "__main__":
    main()
