from legnext import Client

client = Client(api_key="your-api-key-here")
