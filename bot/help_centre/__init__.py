"""The shop's articles as pages: topics, a search, one page an article, for people and for search engines. Nothing here
answers a question or knows who reads; no cookie, and no word of a reader but what they send on purpose."""
