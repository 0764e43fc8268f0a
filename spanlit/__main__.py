"""`python -m spanlit` is `spanlit`."""

from spanlit.server.cli import main

if __name__ == "__main__":
    main(prog_name="spanlit")
