import {Args, Flags} from '@oclif/core'
import {readCheckConfig} from '../src/cli/check-settings.js'
import {knownRules} from '../src/cli/known-rules.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {explainReport} from '../src/reports/explain/report.js'
import {explainView} from '../src/reports/explain/view.js'
import {findRules} from '../src/rules/pick.js'
import {RULES} from '../src/rules/registry.js'

function isKnown(word: string): boolean {
  return findRules(RULES, word).length > 0
}

export default class Explain extends MeshCommand {
  static override summary = 'Explain a rule, a port Istio uses, or an Envoy response flag'
  static override examples = ['MCT1001', 'IST0143', '15006', 'UF'].map(word => `<%= config.bin %> explain ${word}`)
  static override args = {
    word: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'rule code or name, port number, or response flag',
    }),
  }

  static override flags = {
    config: Flags.string({
      helpValue: 'FILE',
      description: 'team settings file with custom rules (default .meshctl.yaml)',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Explain)
    // Only a code of nobody's is looked up among the team's own rules.
    const own = flags.config !== undefined || (/^[a-z]{3}\d{4}$/i.test(args.word) && !isKnown(args.word))
    const rules = own ? await knownRules(await readCheckConfig(flags.config, process.cwd())) : RULES
    await this.print(flags, explainReport(rules, args.word), explainView)
  }
}
