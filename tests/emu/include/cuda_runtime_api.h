/* The part of the CUDA runtime API that wick uses, answered by the emulator: names, values and signatures are those of CUDA 13, so that
 * the plugin's sources compile unchanged with this directory in place of the toolkit's. What is missing here does not compile. */
#ifndef WKI_EMU_CUDA_RUNTIME_API_H
#define WKI_EMU_CUDA_RUNTIME_API_H
#include <stddef.h>

#define CUDART_VERSION 13000
#define CUDARTAPI

#ifdef __cplusplus
#define WKI_EMU_OR(value) = value
extern "C" {
#else
#define WKI_EMU_OR(value)
#endif

/* Name, number, what cudaGetErrorString says. */
#define WKI_EMU_ERRORS(X)                                                                            \
    X(cudaSuccess, 0, "no error")                                                                    \
    X(cudaErrorInvalidValue, 1, "invalid argument")                                                  \
    X(cudaErrorMemoryAllocation, 2, "out of memory")                                                 \
    X(cudaErrorInitializationError, 3, "initialization error")                                       \
    X(cudaErrorCudartUnloading, 4, "driver shutting down")                                           \
    X(cudaErrorInvalidConfiguration, 9, "invalid shape of a launch")                                 \
    X(cudaErrorInvalidHostPointer, 16, "invalid host pointer")                                       \
    X(cudaErrorInvalidDevicePointer, 17, "invalid device pointer")                                   \
    X(cudaErrorInvalidMemcpyDirection, 21, "invalid direction of a copy")                            \
    X(cudaErrorInsufficientDriver, 35, "the driver is older than the runtime")                       \
    X(cudaErrorInvalidDeviceFunction, 98, "invalid device function")                                 \
    X(cudaErrorNoDevice, 100, "no device")                                                           \
    X(cudaErrorInvalidDevice, 101, "no device of that number")                                       \
    X(cudaErrorContained, 226, "damage that was contained")                                          \
    X(cudaErrorTensorMemoryLeak, 721, "a kernel kept tensor memory")                                 \
    X(cudaErrorExternalDevice, 911, "an external device failed")                                     \
    X(cudaErrorECCUncorrectable, 214, "memory is damaged beyond repair")                             \
    X(cudaErrorLossyQuery, 402, "edges with data were asked for without it")                         \
    X(cudaErrorInvalidResourceHandle, 400, "invalid resource handle")                                \
    X(cudaErrorIllegalState, 401, "not possible in this state")                                      \
    X(cudaErrorNotReady, 600, "device not ready")                                                    \
    X(cudaErrorIllegalAddress, 700, "illegal memory access")                                         \
    X(cudaErrorLaunchOutOfResources, 701, "the launch asks for more than there is")                  \
    X(cudaErrorLaunchTimeout, 702, "the launch took too long")                                       \
    X(cudaErrorPeerAccessAlreadyEnabled, 704, "peer access is already enabled")                      \
    X(cudaErrorPeerAccessNotEnabled, 705, "peer access has not been enabled")                        \
    X(cudaErrorAssert, 710, "an assertion failed on the device")                                     \
    X(cudaErrorHardwareStackError, 714, "the stack was damaged")                                     \
    X(cudaErrorIllegalInstruction, 715, "illegal instruction")                                       \
    X(cudaErrorMisalignedAddress, 716, "misaligned address")                                         \
    X(cudaErrorInvalidAddressSpace, 717, "address of another space")                                 \
    X(cudaErrorInvalidPc, 718, "invalid program counter")                                            \
    X(cudaErrorLaunchFailure, 719, "the kernel failed")                                              \
    X(cudaErrorNotPermitted, 800, "operation not permitted")                                         \
    X(cudaErrorNotSupported, 801, "operation not supported")                                         \
    X(cudaErrorStreamCaptureUnsupported, 900, "not allowed while a stream is captured")              \
    X(cudaErrorStreamCaptureInvalidated, 901, "the capture was spoiled before")                      \
    X(cudaErrorStreamCaptureMerge, 902, "two captures would become one")                             \
    X(cudaErrorStreamCaptureUnmatched, 903, "the capture began in another stream")                   \
    X(cudaErrorStreamCaptureUnjoined, 904, "captured work was not joined")                           \
    X(cudaErrorStreamCaptureIsolation, 905, "captured work would wait for work that is not")         \
    X(cudaErrorStreamCaptureImplicit, 906, "the legacy stream would wait for captured work")         \
    X(cudaErrorCapturedEvent, 907, "the event was recorded in a capture")                            \
    X(cudaErrorStreamCaptureWrongThread, 908, "the capture belongs to another thread")               \
    X(cudaErrorTimeout, 909, "waited too long")                                                      \
    X(cudaErrorGraphExecUpdateFailure, 910, "the graph was not updated")                             \
    X(cudaErrorUnknown, 999, "unknown error")

#define WKI_EMU_ONE(name, number, text) name = number,
enum cudaError { WKI_EMU_ERRORS(WKI_EMU_ONE) cudaErrorApiFailureBase = 10000 };
#undef WKI_EMU_ONE
typedef enum cudaError cudaError_t;

typedef struct CUstream_st *cudaStream_t;
typedef struct CUevent_st *cudaEvent_t;
typedef struct CUgraph_st *cudaGraph_t;
typedef struct CUgraphNode_st *cudaGraphNode_t;
typedef struct cudaGraphEdgeData_st {
    unsigned char from_port, to_port, type, reserved[5];
} cudaGraphEdgeData;
#define cudaGraphKernelNodePortProgrammatic 1
enum cudaGraphDependencyType { cudaGraphDependencyTypeDefault = 0, cudaGraphDependencyTypeProgrammatic = 1 };
enum cudaGraphNodeType {
    cudaGraphNodeTypeKernel = 0,
    cudaGraphNodeTypeMemcpy = 1,
    cudaGraphNodeTypeMemset = 2,
    cudaGraphNodeTypeGraph = 4
};
typedef struct CUgraphExec_st *cudaGraphExec_t;

#define cudaHostAllocDefault 0x00
#define cudaHostAllocPortable 0x01
#define cudaHostAllocMapped 0x02
#define cudaHostAllocWriteCombined 0x04
#define cudaStreamDefault 0x00
#define cudaStreamNonBlocking 0x01
#define cudaStreamLegacy ((cudaStream_t)0x1)
#define cudaEventDefault 0x00
#define cudaEventBlockingSync 0x01
#define cudaEventDisableTiming 0x02
#define cudaEventWaitDefault 0x00

enum cudaMemcpyKind {
    cudaMemcpyHostToHost = 0,
    cudaMemcpyHostToDevice = 1,
    cudaMemcpyDeviceToHost = 2,
    cudaMemcpyDeviceToDevice = 3,
    cudaMemcpyDefault = 4
};
enum cudaMemoryType {
    cudaMemoryTypeUnregistered = 0,
    cudaMemoryTypeHost = 1,
    cudaMemoryTypeDevice = 2,
    cudaMemoryTypeManaged = 3
};
enum cudaStreamCaptureStatus {
    cudaStreamCaptureStatusNone = 0,
    cudaStreamCaptureStatusActive = 1,
    cudaStreamCaptureStatusInvalidated = 2
};
enum cudaStreamCaptureMode {
    cudaStreamCaptureModeGlobal = 0,
    cudaStreamCaptureModeThreadLocal = 1,
    cudaStreamCaptureModeRelaxed = 2
};
enum cudaGraphInstantiateFlags {
    cudaGraphInstantiateFlagAutoFreeOnLaunch = 1,
    cudaGraphInstantiateFlagUpload = 2
};
enum cudaStreamUpdateCaptureDependenciesFlags {
    cudaStreamAddCaptureDependencies = 0,
    cudaStreamSetCaptureDependencies = 1
};
enum cudaFuncAttribute {
    cudaFuncAttributeMaxDynamicSharedMemorySize = 8,
    cudaFuncAttributePreferredSharedMemoryCarveout = 9
};
enum cudaDeviceAttr {
    cudaDevAttrMaxThreadsPerBlock = 1,
    cudaDevAttrMaxBlockDimX = 2,
    cudaDevAttrMaxBlockDimY = 3,
    cudaDevAttrMaxBlockDimZ = 4,
    cudaDevAttrMaxGridDimX = 5,
    cudaDevAttrMaxGridDimY = 6,
    cudaDevAttrMaxGridDimZ = 7,
    cudaDevAttrMaxSharedMemoryPerBlock = 8,
    cudaDevAttrWarpSize = 10,
    cudaDevAttrClockRate = 13,
    cudaDevAttrMultiProcessorCount = 16,
    cudaDevAttrMemoryClockRate = 36,
    cudaDevAttrGlobalMemoryBusWidth = 37,
    cudaDevAttrL2CacheSize = 38,
    cudaDevAttrMaxThreadsPerMultiProcessor = 39,
    cudaDevAttrAsyncEngineCount = 40,
    cudaDevAttrUnifiedAddressing = 41,
    cudaDevAttrComputeCapabilityMajor = 75,
    cudaDevAttrComputeCapabilityMinor = 76,
    cudaDevAttrMaxSharedMemoryPerMultiprocessor = 81,
    cudaDevAttrMaxSharedMemoryPerBlockOptin = 97,
    cudaDevAttrPageableMemoryAccessUsesHostPageTables = 100
};

/* Only the fields that mean something here. */
struct cudaDeviceProp {
    char name[256];
    size_t totalGlobalMem;
    size_t sharedMemPerBlock;
    int regsPerBlock;
    int warpSize;
    int maxThreadsPerBlock;
    int maxThreadsDim[3];
    int maxGridSize[3];
    int major;
    int minor;
    int multiProcessorCount;
    int integrated;
    int concurrentKernels;
    int pciBusID;
    int pciDeviceID;
    int pciDomainID;
    int asyncEngineCount;
    int unifiedAddressing;
    int memoryBusWidth;
    int l2CacheSize;
    int maxThreadsPerMultiProcessor;
    size_t sharedMemPerMultiprocessor;
    size_t sharedMemPerBlockOptin;
};
struct cudaPointerAttributes {
    enum cudaMemoryType type;
    int device;
    void *devicePointer;
    void *hostPointer;
    long reserved[8];
};

cudaError_t cudaGetDeviceCount(int *count);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDevice(int *device);
cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *prop, int device);
cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attr, int device);
cudaError_t cudaDeviceCanAccessPeer(int *canAccessPeer, int device, int peerDevice);
cudaError_t cudaDriverGetVersion(int *driverVersion);
cudaError_t cudaRuntimeGetVersion(int *runtimeVersion);
cudaError_t cudaDeviceSynchronize(void);

cudaError_t cudaGetLastError(void);
cudaError_t cudaPeekAtLastError(void);
const char *cudaGetErrorName(cudaError_t error);
const char *cudaGetErrorString(cudaError_t error);

cudaError_t cudaMalloc(void **devPtr, size_t size);
cudaError_t cudaFree(void *devPtr);
cudaError_t cudaHostAlloc(void **pHost, size_t size, unsigned int flags);
cudaError_t cudaMallocHost(void **ptr, size_t size);
cudaError_t cudaFreeHost(void *ptr);
cudaError_t cudaMemGetInfo(size_t *free, size_t *total);
cudaError_t cudaPointerGetAttributes(struct cudaPointerAttributes *attributes, const void *ptr);
cudaError_t cudaMemcpy(void *dst, const void *src, size_t count, enum cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t count, enum cudaMemcpyKind kind, cudaStream_t stream WKI_EMU_OR(0));
cudaError_t cudaMemcpyPeerAsync(void *dst, int dstDevice, const void *src, int srcDevice, size_t count, cudaStream_t stream WKI_EMU_OR(0));
cudaError_t cudaMemset(void *devPtr, int value, size_t count);
cudaError_t cudaMemsetAsync(void *devPtr, int value, size_t count, cudaStream_t stream WKI_EMU_OR(0));

cudaError_t cudaStreamCreate(cudaStream_t *pStream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *pStream, unsigned int flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamQuery(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int flags WKI_EMU_OR(0));
cudaError_t cudaEventCreate(cudaEvent_t *event);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned int flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream WKI_EMU_OR(0));
cudaError_t cudaEventQuery(cudaEvent_t event);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t start, cudaEvent_t end);

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, enum cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *pGraph);
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, enum cudaStreamCaptureStatus *pCaptureStatus);
/* Edges are ordinary ones, or programmatic ones between kernels; edgeData_out must not be NULL while there are such. */
cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, enum cudaStreamCaptureStatus *captureStatus_out,
                                     unsigned long long *id_out WKI_EMU_OR(0), cudaGraph_t *graph_out WKI_EMU_OR(0),
                                     const cudaGraphNode_t **dependencies_out WKI_EMU_OR(0),
                                     const cudaGraphEdgeData **edgeData_out WKI_EMU_OR(0),
                                     size_t *numDependencies_out WKI_EMU_OR(0));
cudaError_t cudaStreamUpdateCaptureDependencies(cudaStream_t stream, cudaGraphNode_t *dependencies,
                                                const cudaGraphEdgeData *dependencyData, size_t numDependencies,
                                                unsigned int flags WKI_EMU_OR(0));
cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, enum cudaGraphNodeType *pType);
cudaError_t cudaThreadExchangeStreamCaptureMode(enum cudaStreamCaptureMode *mode);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t *pGraphExec, cudaGraph_t graph, unsigned long long flags WKI_EMU_OR(0));
cudaError_t cudaGraphUpload(cudaGraphExec_t graphExec, cudaStream_t stream);
cudaError_t cudaGraphLaunch(cudaGraphExec_t graphExec, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graphExec);

cudaError_t cudaFuncSetAttribute(const void *func, enum cudaFuncAttribute attr, int value);

#ifdef __cplusplus
}
#endif
#endif
