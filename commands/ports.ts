import type {CommandNeeds} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {debugFlags, filesFlag, selectorFlag, watchFlags} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {portsReport} from '../src/reports/ports/report.js'
import {portsView} from '../src/reports/ports/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Ports extends MeshCommand {
  static override summary = "Show a pod's listening sockets and the ports the mesh cannot reach"
  static override examples = [
    example('List listening ports, and those the mesh cannot reach', 'ports deploy/details-v1 --from sample'),
    example('Read sockets from standard input', 'ss -Hlntup | <%= config.bin %> ports -f -'),
  ]
  static override forms = formsOf(portsView)
  static override needs: CommandNeeds = {
    reads: 'a socket list (ss, netstat, lsof)',
    cluster: {needs: ['pods'], more: ['workloads', 'exec', 'forward', 'services'], debug: true},
  }
  static override args = podArgument
  static override flags = {file: filesFlag, selector: selectorFlag, ...watchFlags, ...debugFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Ports)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await portsReport(source, pod), portsView)
    })
  }
}
