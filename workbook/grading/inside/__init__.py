"""The part of the grader that runs in the sandbox, beside the student's code, and knows nothing.

It holds no check, no expected value and no path of the grader. A student may change any of it:
what it says is data, and is worth what the checks outside make of it.
"""
