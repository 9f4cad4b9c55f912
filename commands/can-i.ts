import {Flags} from '@oclif/core'
import {declaredClusterNeeds, NO_NEEDS, namedCommands} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {canIReport} from '../src/reports/can-i/report.js'
import {canIView} from '../src/reports/can-i/view.js'
import {formsOf} from '../src/reports/view.js'

export default class CanI extends MeshCommand {
  static override summary = 'Show which commands you have permission to run, and the Role you are missing'
  static override usage = 'can-i [COMMAND...] [flags]'
  static override examples = [
    example('Ask whether your permissions suffice for proxy-config in one namespace', 'can-i proxy-config -n demo'),
    example('Create the Role that iptables needs', 'can-i iptables -n demo -o role | kubectl apply -f -'),
  ]
  static override forms = formsOf(canIView)
  static override needs = NO_NEEDS
  static override strict = false
  static override flags = {
    'all-namespaces': Flags.boolean({char: 'A', description: 'check permissions in every namespace'}),
    'debug-container': Flags.boolean({
      description: 'include the permissions --debug-container needs (it changes the pod)',
    }),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(CanI)
    const declared = declaredClusterNeeds(this.config.commands)
    const commands = namedCommands(this.config.commands, argv as string[])
    await this.withSource(flags, async source => {
      const namespace = flags['all-namespaces'] ? undefined : (flags.namespace ?? source.defaultNamespace)
      const places = {namespace, istioNamespace: flags.istioNamespace, debugContainer: flags['debug-container']}
      await this.print(flags, await canIReport(source, declared, commands, places), canIView)
    })
  }
}
