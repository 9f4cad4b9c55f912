import {Args} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {installedRunbooks} from '../src/cli/input/runbooks.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {runbookReport} from '../src/reports/runbook/report.js'
import {runbookView} from '../src/reports/runbook/view.js'
import {formsOf} from '../src/reports/view.js'

export default class RunbookCommand extends MeshCommand {
  static override summary = 'Show what to do about a symptom, step by step'
  static override examples = [
    example('List the runbooks', 'runbook'),
    example('Show the steps for a status, a flag or a symptom', 'runbook 403'),
  ]
  static override forms = formsOf(runbookView)
  static override needs = NO_NEEDS
  static override strict = false
  static override usage = 'runbook [SYMPTOM] [flags]'
  static override args = {
    symptom: Args.string({ignoreStdin: true, description: 'name of a runbook, or words of its title such as 503 UH'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(RunbookCommand)
    const symptom = argv.length === 0 ? undefined : argv.map(String).join(' ')
    await this.print(flags, runbookReport(await installedRunbooks(this.config.root), symptom), runbookView)
  }
}
