"""Projects that many backends begin as, run as they are.

None of their code is kept here. `make rivals` installs what they need,
apart; what they are, whoever measures fetches:

    git clone URL .rivals/NAME
    git -C .rivals/NAME checkout COMMIT

A run copies that, and changes in the copy what its module lists.
"""
