import {NO_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {meshRulesReport} from '../src/reports/rules/report.js'
import {rulesView} from '../src/reports/rules/view.js'
import {formsOf} from '../src/reports/view.js'
import {ALL_RULES} from '../src/rules/all-rules.js'

export default class Rules extends MeshCommand {
  static override summary = "List the rules that 'check' and 'analyze' evaluate"
  static override examples = [example('List all rules', 'rules'), example('List them as JSON', 'rules -o json')]

  static override forms = formsOf(rulesView)
  static override needs = NO_NEEDS
  async run(): Promise<void> {
    const {flags} = await this.parse(Rules)
    await this.print(flags, meshRulesReport(ALL_RULES), rulesView)
  }
}
