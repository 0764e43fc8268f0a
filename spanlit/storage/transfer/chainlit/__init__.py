"""Taking over what Chainlit's SQL data layers kept: threads, steps, elements, feedback, users."""
