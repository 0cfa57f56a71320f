// Boost.JSON, compiled once for the tool.
#include <boost/json/src.hpp>
