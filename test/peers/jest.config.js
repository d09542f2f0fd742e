import root from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...root.projects[0],
  displayName: 'peers',
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
  maxWorkers: root.maxWorkers,
  workerIdleMemoryLimit: root.workerIdleMemoryLimit,
};
