"""What can be told about registered models before anybody runs them."""
