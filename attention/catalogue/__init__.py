"""The words of the page and of the lesson, in each language; assets/catalogue/ holds them."""
