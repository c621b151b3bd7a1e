import os
from legnext import Client

client = Client(api_key=os.getenv("LEGNEXT_API_KEY"))
