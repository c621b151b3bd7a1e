from legnext.exceptions import (
    ValidationError,
    AuthenticationError,
    RateLimitError,
    LegnextAPIError
)

try:
    response = client.midjourney.diffusion(text="...")
except AuthenticationError:
    print("Invalid API key")
except RateLimitError:
    print("Rate limited - retry later")
except ValidationError as e:
    print(f"Invalid parameters: {e.message}")
except LegnextAPIError as e:
    print(f"API error: {e.message}")
