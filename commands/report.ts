import {Flags} from '@oclif/core'
import {REPORT_NEEDS} from '../src/cli/command-needs.js'
import {overviewFlags, overviewQuestion} from '../src/cli/flags/overview-question.js'
import {currentFolder} from '../src/cli/input/current-folder.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {podCounter} from '../src/cli/output/progress-line.js'
import {example} from '../src/cli/usage/example.js'
import {overviewReport} from '../src/reports/overview/report.js'
import {overviewView} from '../src/reports/overview/view.js'
import {formsOf} from '../src/reports/view.js'

export default class ReportCommand extends MeshCommand {
  static override summary = 'Show the state of the mesh on one screen, as a page, or as text for a ticket'
  static override description =
    'Joins check, proxy-status, iptables, certs, mtls, authz, errors and trace. The page (-o html=FILE) is one file that requests nothing from anywhere; every number in it leads to its evidence.'
  static override examples = [
    example('Write one page about the whole mesh', 'report -A --from sample -o html=report.html'),
    example('Write Markdown for a ticket', 'report -n demo --from incident.tgz -o markdown'),
    example('Get the same as JSON', 'report -n demo -o json'),
  ]
  static override forms = formsOf(overviewView)
  static override needs = REPORT_NEEDS
  static override flags = {
    ...overviewFlags,
    config: Flags.string({helpValue: 'FILE', description: 'team settings file (default .meshctl.yaml)'}),
    baseline: Flags.string({helpValue: 'FILE', description: 'ignore findings listed in FILE until they expire'}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(ReportCommand)
    const ask = await overviewQuestion(flags, currentFolder(), this.config.version)
    await this.withSource(flags, async source => {
      const counter = podCounter(process.stderr, flags.calls)
      const question = {...ask(source), progress: counter.show}
      const report = await overviewReport(source, question).finally(counter.clear)
      await this.print(flags, report, overviewView)
    })
  }
}
