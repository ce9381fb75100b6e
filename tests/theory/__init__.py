"""Mathematics worked out another way, to hold the product's own to."""
