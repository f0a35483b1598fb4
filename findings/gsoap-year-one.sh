#!/usr/bin/env bash
# 0001-01-01T00:00:00 is what .NET writes for a time that is not set. As wsdl2h maps xsd:dateTime by itself, to time_t, it is read
# without an error as the first second of 1970, a time that a client takes for a real one; a day of 1969 is read as what it is.
source "$(dirname "$0")/lab"
package="gSOAP 2.8.124 (Debian gsoap, libgsoap-dev)"
behaviour="reads the year 1 as 1970, and says SOAP_OK"
debian_with gsoap libgsoap-dev libgsoap-2.8.124
export PATH="$place/debian/usr/bin:$PATH" TZ=UTC
for day in 0001-01-01T00:00:00 1969-12-31T00:00:00; do
  echo "<when>${day}Z</when>" >members.xml
  [ -n "$server" ] || serve_soap <members.xml
  echo "<when>${day}Z</when>" >members.xml
  if [ ! -x ./ask ]; then
    wsdl2h -o lab.h "$url/?wsdl" 2>/dev/null
    soapcpp2 -j -C -x -I"$place/debian/usr/share/gsoap/import" lab.h >/dev/null 2>&1
    cat >ask.cpp <<'CPP'
#include <cstdio>
#include <cstdlib>
#include "LabSoap.nsmap"
#include "soapLabSoapProxy.h"

int main() {
  const std::string address = std::string(getenv("url")) + "/";
  LabSoapProxy lab(address.c_str());
  _ns1__Ask ask;
  _ns1__AskResponse told;
  int code = lab.Ask(&ask, told);
  printf("code %d, %ld\n", code, told.when ? (long)*told.when : -1L);
}
CPP
    g++ -o ask -I"$place/debian/usr/include" ask.cpp soapC.cpp soapLabSoapProxy.cpp \
      -L"$place/debian/usr/lib/$(uname -m)-linux-gnu" -lgsoap++
  fi
  LD_LIBRARY_PATH="$place/debian/usr/lib/$(uname -m)-linux-gnu" ./ask >>told
done
seen "code 0, 0
code 0, -86400" "$(cat told)"
