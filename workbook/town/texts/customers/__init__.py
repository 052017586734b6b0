"""What customers write, the replies to them, and their critique."""
