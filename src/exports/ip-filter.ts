export { type IpFilterOptions, ipFilter } from '../slots/ip-filter.ts';
