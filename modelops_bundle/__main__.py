"""`python -m modelops_bundle`: the same program as the console script."""

from modelops_bundle.porcelain.main import main

if __name__ == "__main__":
    main()
