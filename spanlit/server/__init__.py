"""The server: chat API, conversations, sockets, REST, configuration and command line."""
