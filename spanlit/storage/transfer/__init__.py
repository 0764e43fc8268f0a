"""Taking rows out of a store and into one: our own formats, OTLP files, and Chainlit's databases.

One module per format. Readers yield rows, writers take them; `select` and `Loader` are the two
ends at the store. All of it streams: memory does not grow with what is moved. Files are read
and written on the calling thread, because moving them is all that such a process does.
"""
