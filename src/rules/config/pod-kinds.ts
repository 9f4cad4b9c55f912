import {WORKLOAD_CONFIG_KINDS} from '../../formats/istio-config/kubernetes.js'

/** The kinds that show which pods there are: any of them is enough. */
export const POD_KINDS = WORKLOAD_CONFIG_KINDS
