import {StdioServerTransport} from '@modelcontextprotocol/sdk/server/stdio.js'
import type {Transport} from '@modelcontextprotocol/sdk/shared/transport.js'

/** The protocol over standard input and output, one JSON document a line. */
export function stdioTransport(): Transport {
  return new StdioServerTransport()
}
