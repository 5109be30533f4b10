"""The Curves tab: accuracy against labelled data, confusions, training curves, and clips opened from them."""
