"""Where the bytes of files lie: a folder and a bucket held to one contract, in every order of adding and deleting."""
