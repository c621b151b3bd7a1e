from dotenv import load_dotenv
import os
from legnext import Client

load_dotenv()
client = Client(api_key=os.getenv("LEGNEXT_API_KEY"))
