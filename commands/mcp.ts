import {MCP_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {undoable} from '../src/cli/output/interrupt.js'
import {remark} from '../src/cli/output/streams.js'
import {example} from '../src/cli/usage/example.js'

export default class Mcp extends MeshCommand {
  static override summary =
    "Serve meshctl's checks as Model Context Protocol (MCP) tools over standard input and output"
  static override description =
    'Started by an assistant, see docs/mcp.md. Every tool only reads; answers are redacted and bounded in size.'
  static override examples = [
    example('Answer an assistant from the sample mesh', 'mcp --from sample'),
    example('Answer it from a cluster, read-only', 'mcp --context prod'),
  ]
  static override needs = MCP_NEEDS

  async run(): Promise<void> {
    const {flags} = await this.parse(Mcp)
    const {mcpServer} = await import('../src/cli/mcp/server.js')
    const {stdioTransport} = await import('../src/cli/mcp/server.js')
    await this.withSource(flags, async source => {
      await undoable(async signal => {
        const server = mcpServer({source, istioNamespace: flags.istioNamespace, version: this.config.version})
        const closed = new Promise<void>(resolve => {
          server.onclose = resolve
          signal.addEventListener('abort', () => resolve(), {once: true})
          process.stdin.once('end', () => resolve())
        })
        await server.connect(stdioTransport())
        await remark(`tools about ${source.origin.label}; stop with Ctrl-C`)
        await closed
        await server.close()
      })
    })
  }
}
