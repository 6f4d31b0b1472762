"""What CookieSafe costs a request, beside what a user would have instead. Ratios within one run; see README.md."""
