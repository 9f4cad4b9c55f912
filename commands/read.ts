import {join} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {EXIT, exitOfAll} from '../src/cli/errors.js'
import {repeatableFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {shellWord} from '../src/model/text/shell-word.js'
import {type ReadReport, readReport} from '../src/reports/read/report.js'
import {formsView, readView} from '../src/reports/read/view.js'
import {formsOf} from '../src/reports/view.js'

/** Files and questions that are answered at once; of more only the commands are named. */
const MAX_FILES = 3
const MAX_ANSWERED = 12

/** The most useful question of each piece of a file, by the labels of its pieces; each question once. */
function bestCommands({files}: ReadReport, labels: ReadonlySet<string>): readonly string[] {
  const pieces = files.filter(({label}) => labels.has(label))
  return [...new Set(pieces.flatMap(({forms}) => forms.flatMap(({commands: [best]}) => best ?? [])))]
}

export default class Read extends MeshCommand {
  static override summary = 'Identify a file or paste, and answer the first question about it'
  static override description =
    'Formats are recognised by content: config dumps and admin pages of Envoy (complete, truncated or in parts), tables and JSON of istioctl, kernel rules, socket lists, logs and Kubernetes objects; also inside archives, HTML, Markdown and logs.'
  static override examples = [
    example('Say what a file is, and answer the first question about it', 'read config_dump.json'),
    example('Read a paste from standard input', 'kubectl logs deploy/web -c istio-proxy | <%= config.bin %> read -'),
    example('List every format, and the commands that read it', 'read --forms'),
  ]
  static override forms = formsOf(formsView, readView)
  static override needs = NO_NEEDS
  static override strict = false
  static override args = {
    file: Args.string({ignoreStdin: true, description: 'files of any format; - reads standard input'}),
  }
  static override flags = {
    file: repeatableFlag('files to read, as the arguments are', 'f', 'FILE'),
    forms: Flags.boolean({description: 'list every format meshctl recognises'}),
    only: Flags.boolean({description: 'only print the format and the commands that read it'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(Read)
    const paths = [...(flags.file ?? []), ...argv.map(String)]
    if (flags.forms) return await this.print(flags, readReport([]), formsView)
    if (paths.length === 0)
      throw new UserError('missing argument FILE: a file of any format, or - for standard input', {
        next: 'meshctl read --forms',
      })
    const {readInputs} = await import('../src/sources/files/read-inputs.js')
    const {isBundleFolder} = await import('../src/cli/flags/analyze-settings.js')
    const read = async (path: string) =>
      await readInputs([(await isBundleFolder(path)) ? join(path, 'bundle.json') : path])
    const inputs = await Promise.all(paths.map(async path => ({path, files: await read(path)})))
    const report = readReport(inputs.flatMap(({files}) => files))
    await this.print(flags, report, readView)
    if (flags.only || flags.output !== undefined || inputs.length > MAX_FILES) return
    const asked = inputs.flatMap(({path, files}) =>
      bestCommands(report, new Set(files.map(({label}) => label))).map(best => ({path, best})),
    )
    const codes = [Number(process.exitCode ?? EXIT.ok)]
    for (const {path, best} of asked.slice(0, MAX_ANSWERED)) {
      process.stdout.write(`\nmeshctl ${best} -f ${path}:\n`)
      const words = best.split(' ')
      const flagWords = words.filter(word => word.startsWith('-'))
      const id = words.filter(word => !word.startsWith('-')).join(':')
      await this.config.runCommand(id, [...flagWords, '-f', path])
      codes.push(Number(process.exitCode ?? EXIT.ok))
    }
    process.exitCode = exitOfAll(codes)
    const left = asked.slice(MAX_ANSWERED)
    if (left.length > 0)
      process.stdout.write(
        `\nnot asked yet:\n${left.map(({path, best}) => `  meshctl ${best} -f ${shellWord(path)}\n`).join('')}`,
      )
  }
}
