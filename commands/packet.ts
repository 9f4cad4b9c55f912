import {Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {podArgument} from '../src/cli/flags/args.js'
import {debugFlags, filesFlag, selectorFlag} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {matrixReport} from '../src/reports/packet/matrix-report.js'
import {matrixView} from '../src/reports/packet/matrix-view.js'
import {packetReport} from '../src/reports/packet/report.js'
import {packetView} from '../src/reports/packet/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Packet extends MeshCommand {
  static override summary = 'Show where a packet ends up and which iptables rule decides'
  static override examples = [
    example('Follow an outbound packet', 'packet deploy/productpage-v1 --from sample --out tcp://reviews:9080'),
    example('Follow an inbound packet', 'packet deploy/sick-drift-v1 --from sample --in tcp://:9080 --peer 10.0.0.9'),
    example('Run the standard set of packets through rules in a file', 'packet -f rules.txt --all'),
  ]
  static override forms = formsOf(matrixView, packetView)
  static override needs: CommandNeeds = {
    reads: 'kernel rules',
    aboutProxy: true,
    cluster: {needs: ['pods', 'exec'], more: ['workloads', 'logs'], debug: true},
  }
  static override args = podArgument
  static override flags = {
    file: filesFlag,
    selector: selectorFlag,
    ...debugFlags,
    out: Flags.string({helpValue: 'tcp://ADDRESS:PORT', description: 'simulate a packet sent by a process in the pod'}),
    in: Flags.string({helpValue: 'tcp://:PORT', description: 'simulate a packet that arrives at the pod'}),
    peer: Flags.string({helpValue: 'ADDRESS', description: 'source address of the arriving packet', dependsOn: ['in']}),
    source: Flags.string({helpValue: 'ADDRESS', description: 'local address the sending socket is bound to'}),
    interface: Flags.string({description: 'interface the packet arrives on', dependsOn: ['in']}),
    uid: Flags.integer({min: 0, description: 'uid of the sending process (default 1000)'}),
    gid: Flags.integer({min: 0, description: 'primary gid of the sending process (default: same as --uid)'}),
    mark: Flags.string({description: 'packet mark (SO_MARK) of the sending socket, such as 1337 or 0x539'}),
    state: Flags.string({
      options: ['new', 'established', 'related', 'invalid'],
      description: 'connection tracking state (default: chosen for the packet)',
    }),
    transparent: Flags.boolean({description: 'the sending socket is transparent (IP_TRANSPARENT)'}),
    rules: Flags.option({
      options: ['init-log'] as const,
      description:
        'accept the rules istio-init set at pod start where the current ones cannot be read (else exit code 3)',
    })(),
    all: Flags.boolean({
      description: 'simulate a standard set of packets and print a table',
      exclusive: ['out', 'in', 'cases'],
    }),
    ipv6: Flags.boolean({description: 'with --all: simulate IPv6 packets', dependsOn: ['all']}),
    cases: Flags.string({
      helpValue: 'FILE',
      description: 'simulate the packets listed in FILE',
      dependsOn: ['rulesets'],
    }),
    rulesets: Flags.string({
      helpValue: 'DIR',
      description: 'directory of the rulesets named in the --cases file',
      dependsOn: ['cases'],
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Packet)
    if (flags.cases !== undefined && flags.rulesets !== undefined) {
      const {answerCases} = await import('../src/cli/input/case-files.js')
      const {casesView} = await import('../src/reports/packet/cases-view.js')
      await this.print(flags, await answerCases(flags.cases, flags.rulesets), casesView)
      return
    }
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (flags.all)
        await this.print(flags, await matrixReport(source, pod, flags.ipv6 ? 'ip6' : 'ip', flags.rules), matrixView)
      else await this.print(flags, await packetReport(source, pod, flags), packetView)
    })
  }
}
