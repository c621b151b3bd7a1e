"""The MCP server behind `legnext mcp`, in the `mcp` extra: paid generation for agents, within a budget.

`tools` describes the calls, from the table of operations; `submitting` sends each once; `server` serves them.
"""
