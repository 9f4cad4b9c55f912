import {Args, Flags} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {UserError} from '../src/model/user-error.js'
import {readReport} from '../src/reports/read/report.js'
import {formsView, readView} from '../src/reports/read/view.js'

/** Files whose most useful question is answered at once; of more only what they are. */
const MAX_ANSWERED = 3

export default class Read extends MeshCommand {
  static override summary = 'Say what a file or paste is, which commands read it, and answer the first question'
  static override description =
    'Recognises by content: dumps and admin pages of Envoy, whole, cut or in pieces, tables and JSON of istioctl, kernel rules, sockets, logs, Kubernetes objects; in archives, HTML, Markdown and logs too.'
  static override examples = [
    '<%= config.bin %> read config_dump.json',
    'kubectl logs deploy/web -c istio-proxy | <%= config.bin %> read -',
    '<%= config.bin %> read --forms   # every form and who reads it',
  ]
  static override needs = NO_NEEDS
  static override strict = false
  static override args = {
    file: Args.string({ignoreStdin: true, description: 'files of any form; - reads standard input'}),
  }
  static override flags = {
    forms: Flags.boolean({description: 'list every form meshctl recognises'}),
    only: Flags.boolean({description: 'only say what it is'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Read)
    const paths = argv.map(String)
    if (flags.forms) return await this.print(flags, readReport([]), formsView)
    if (paths.length === 0)
      throw new UserError('missing argument FILE: a file of any form, or - for standard input', {
        next: 'meshctl read --forms',
      })
    const {readInputs} = await import('../src/sources/files/read-inputs.js')
    const inputs = await Promise.all(paths.map(async path => ({path, files: await readInputs([path])})))
    await this.print(flags, readReport(inputs.flatMap(({files}) => files)), readView)
    if (flags.only || flags.output !== undefined || inputs.length > MAX_ANSWERED) return
    for (const {path, files} of inputs) {
      const [best] = readReport(files).files.flatMap(({forms}) => forms.flatMap(({commands}) => commands.slice(0, 1)))
      if (best === undefined) continue
      process.stdout.write(`\nmeshctl ${best} -f ${path}:\n`)
      const words = best.split(' ')
      const flagWords = words.filter(word => word.startsWith('-'))
      const id = words.filter(word => !word.startsWith('-')).join(':')
      await this.config.runCommand(id, [...flagWords, '-f', path])
    }
  }
}
