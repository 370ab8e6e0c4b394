"""Every helpdesk, against stand-ins with moods and against real servers. Nothing here reaches a network outside."""
