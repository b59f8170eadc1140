"""`python -m peil`."""

from peil.cli import main

if __name__ == "__main__":
    main()
