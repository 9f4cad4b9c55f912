import {Args} from '@oclif/core'
import {EGRESS_NEEDS} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {selectorFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {egressReport} from '../src/reports/egress/report.js'
import {egressView} from '../src/reports/egress/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Egress extends MeshCommand {
  static override summary = 'Show what a pod may call outside the mesh, and what happens to a request to one host'
  static override examples = [
    example('List the external hosts a pod may call', 'egress deploy/sleep -n demo --from sample'),
    example('Say what happens to a request to one external URL', 'egress deploy/sleep https://api.example.com'),
    example('Allow one external host', 'egress deploy/sleep api.example.com:443 -o patch | kubectl apply -f -'),
  ]
  static override forms = formsOf(egressView)
  static override needs = EGRESS_NEEDS
  static override args = {
    ...podArgument,
    to: Args.string({ignoreStdin: true, description: 'host:port, URL or address outside the mesh'}),
  }
  static override flags = {selector: selectorFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Egress)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await egressReport(source, pod, args.to, flags.istioNamespace), egressView)
    })
  }
}
