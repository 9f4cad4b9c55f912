import type {CommandNeeds} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {debugFlags, filesFlag, selectorFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {netReport} from '../src/reports/net/report.js'
import {netView} from '../src/reports/net/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Net extends MeshCommand {
  static override summary = "Show a pod's addresses, routes and processes, and the role of each process in the mesh"
  static override examples = [
    example('Show the addresses, routes and processes of a pod', 'net deploy/details-v1 -n demo --from sample'),
    example('Read processes from standard input', 'docker top web -ef | <%= config.bin %> net -f -'),
  ]
  static override forms = formsOf(netView)
  static override needs: CommandNeeds = {
    reads: 'addresses, routes and processes (ip addr, ip route, ifconfig, route -n, ps)',
    cluster: {needs: ['pods', 'exec'], more: ['workloads'], debug: true},
  }
  static override args = podArgument
  static override flags = {file: filesFlag, selector: selectorFlag, ...debugFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Net)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await netReport(source, pod), netView)
    })
  }
}
