import {missingMarks, missingMarksText} from '../../analysis/netfilter/ambient-marks.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1611',
  slug: 'ambient-marks-missing',
  aliases: [],
  severity: 'error',
  title: "Rules that mark ztunnel's connections are missing",
  why: 'ztunnel connects to the application under the address of the client: without the connection mark and its routing rule the answers leave for the client itself, and every HBONE request times out.',
  fix: 'Recreate the pod so that istio-cni sets its rules again, and find what removed them.',
  references: ['https://istio.io/latest/docs/ambient/architecture/traffic-redirection/'],
  modes: ['ambient'],
  needs: ['kernel'],
  check: (_, {kernel}) => {
    const missing = missingMarks(kernel.rulesets, kernel.machine)
    if (missing.length === 0) return []
    return [
      {
        message: missingMarksText(missing),
        proof: [
          {from: 'kernel rules of the pod', text: `no connection mark 0x111: ${missing.length} of 3 parts missing`},
        ],
      },
    ]
  },
})
