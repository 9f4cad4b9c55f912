import {Args} from '@oclif/core'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {explainReport} from '../src/reports/explain/report.js'
import {explainView} from '../src/reports/explain/view.js'
import {RULES} from '../src/rules/registry.js'

export default class Explain extends MeshCommand {
  static override summary = 'Explain a rule, a port of the mesh, or a response flag of Envoy'
  static override examples = ['MCT1001', 'IST0143', '15006', 'UF'].map(word => `<%= config.bin %> explain ${word}`)
  static override args = {
    word: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'code or name of a rule, port number, or response flag',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Explain)
    await this.print(flags, explainReport(RULES, args.word), explainView)
  }
}
