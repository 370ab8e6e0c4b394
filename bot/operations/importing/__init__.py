"""Articles from where shops have them: folders, pages, exports of helpdesks; and back into a folder. What comes in is
a draft or a file: nothing here publishes, and nothing that was read is run."""
