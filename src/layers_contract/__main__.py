"""`python -m layers_contract`."""

from layers_contract.cli import main

if __name__ == "__main__":
    main()
