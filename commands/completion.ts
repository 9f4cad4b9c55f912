import {Args} from '@oclif/core'
import {NO_NEEDS} from '../src/cli/command-needs.js'
import {completionScript} from '../src/cli/completion/completion-script.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {write} from '../src/cli/output/streams.js'
import {example} from '../src/cli/usage/example.js'

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const

export default class Completion extends MeshCommand {
  static override summary = 'Generate the shell completion script for bash, zsh, fish or PowerShell'
  static override examples = [
    example('Complete in this bash session', 'source <(<%= config.bin %> completion bash)'),
    example('Complete in this fish session', 'completion fish | source'),
  ]
  static override needs = NO_NEEDS
  static override args = {
    shell: Args.string({
      ignoreStdin: true,
      required: true,
      options: [...SHELLS],
      description: 'shell to generate the script for',
    }),
  }

  async run(): Promise<void> {
    const {args} = await this.parse(Completion)
    const shell = SHELLS.find(each => each === args.shell) ?? 'bash'
    await write(process.stdout, completionScript(shell, 'meshctl'))
  }
}
