import {Flags} from '@oclif/core'
import {REPORT_NEEDS} from '../src/cli/command-needs.js'
import {durationMs} from '../src/cli/flags/flags.js'
import {overviewFlags, overviewQuestion} from '../src/cli/flags/overview-question.js'
import {currentFolder} from '../src/cli/input/current-folder.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {undoable} from '../src/cli/output/interrupt.js'
import {remark, write} from '../src/cli/output/streams.js'
import {example} from '../src/cli/usage/example.js'

export default class Ui extends MeshCommand {
  static override summary = 'Serve the report page on 127.0.0.1 and refresh it'
  static override description =
    'Only 127.0.0.1 answers, only to its own address, and only clients that know the secret in the URL see the page. Ctrl-C ends it.'
  static override examples = [
    example('Serve the report of the whole sample mesh', 'ui -A --from sample'),
    example('Serve one namespace, refreshed every ten seconds', 'ui -n demo --interval 10s'),
  ]
  static override needs = REPORT_NEEDS
  static override flags = {
    port: Flags.integer({default: 0, min: 0, max: 65_535, description: 'port to listen on (0: any free port)'}),
    interval: Flags.string({default: '30s', helpValue: 'DURATION', description: 'how often the page is refreshed'}),
    browser: Flags.boolean({allowNo: true, description: 'open the page in the browser'}),
    ...overviewFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Ui)
    const {startPageServer} = await import('../src/cli/runs/page-server.js')
    const {untilAborted} = await import('../src/cli/runs/serve-session.js')
    const {overviewReport} = await import('../src/reports/overview/report.js')
    const {overviewPage} = await import('../src/reports/overview/page/page.js')
    const interval = Math.max(1000, durationMs(flags.interval))
    const ask = await overviewQuestion(flags, currentFolder(), this.config.version)
    await this.withSource(flags, async source => {
      await undoable(async signal => {
        const make = async () => overviewPage(await overviewReport(source, ask(source)), Math.round(interval / 1000))
        const maxAgeMs = source.traits.live ? interval / 2 : Number.POSITIVE_INFINITY
        const server = await startPageServer(make, {port: flags.port, maxAgeMs})
        try {
          await write(process.stdout, `${server.url}\n`)
          await remark(`showing ${source.origin.label}; stop with Ctrl-C`)
          if (flags.browser) {
            const {openBrowser} = await import('../src/cli/output/open-browser.js')
            await openBrowser(server.url)
          }
          await untilAborted(signal)
        } finally {
          await server.close()
        }
      })
    })
  }
}
